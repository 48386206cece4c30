package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Node.ArrayNode;
import clamd.vproxy.policies.Node.ObjectNode;
import clamd.vproxy.policies.Node.TextNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TreeReaderTest {
    private static final String TEXT =
            """
            {"caf\u00e9 \ud83d\ude00": "\u20ac 5",  "rules" : [ 12 , true,
              {"a/b": null}, [] ]
            ,"last": -3e5}
            """;

    private final Problems problems = new Problems();

    private Node read(String text) {
        return SourceText.decode(text.getBytes(StandardCharsets.UTF_8), problems)
                .flatMap(source -> TreeReader.read(source, problems))
                .orElseThrow();
    }

    @Test
    void everyNodeCoversItsOwnText() {
        List<String> texts =
                all(read(TEXT))
                        .map(Node::span)
                        .map(span -> TEXT.substring(span.start(), span.end()))
                        .toList();
        assertThat(texts)
                .containsExactly(
                        TEXT.strip(),
                        "\"\u20ac 5\"",
                        "[ 12 , true,\n  {\"a/b\": null}, [] ]",
                        "12",
                        "true",
                        "{\"a/b\": null}",
                        "null",
                        "[]",
                        "-3e5");
    }

    @Test
    void keysCoverTheirOwnText() {
        String text = "{ \"a\\\"\\\\\" : 1, \"\":{\"b\"\n:2}}";
        assertThat(
                        all(read(text))
                                .filter(ObjectNode.class::isInstance)
                                .flatMap(node -> ((ObjectNode) node).members().values().stream())
                                .map(member -> member.key())
                                .map(key -> text.substring(key.start(), key.end())))
                .containsExactly("\"a\\\"\\\\\"", "\"\"", "\"b\"");
    }

    @Test
    void linesAndColumnsCountFromOne() {
        assertThat(all(read(TEXT)).map(node -> node.span().line() + ":" + node.span().column()))
                .containsExactly(
                        "1:1", "1:13", "1:31", "1:33", "1:38", "2:3", "2:11", "2:18", "3:10");
    }

    @Test
    void pointersFollowTheRfc() {
        assertThat(all(read(TEXT)).map(node -> node.pointer().toString()))
                .containsExactly(
                        "",
                        "/caf\u00e9 \ud83d\ude00",
                        "/rules",
                        "/rules/0",
                        "/rules/1",
                        "/rules/2",
                        "/rules/2/a~1b",
                        "/rules/3",
                        "/last");
    }

    @Test
    void escapesAreReadButStillBelongToTheSpan() {
        String text = "\"\\u0041\\n\"";
        assertThat(read(text))
                .isEqualTo(new TextNode(new Span(1, 1, 0, text.length()), Pointer.ROOT, "A\n"));
    }

    @Test
    void windowsLineEndsCountOnce() {
        assertThat(
                        all(read("{\r\n\"a\":\r\n 1}"))
                                .map(node -> node.span().line() + ":" + node.span().column()))
                .containsExactly("1:1", "3:2");
    }

    @Test
    void linesBelowUnicodeSeparatorsKeepTheirNumbers() {
        assertThat(all(read("{\"a\u2028\":\n 1}")).map(node -> node.span().line()))
                .containsExactly(1, 2);
    }

    private static Stream<Node> all(Node node) {
        Stream<Node> below =
                switch (node) {
                    case ObjectNode object ->
                            object.members().values().stream()
                                    .flatMap(member -> all(member.value()));
                    case ArrayNode array -> array.items().stream().flatMap(TreeReaderTest::all);
                    default -> Stream.empty();
                };
        return Stream.concat(Stream.of(node), below);
    }
}
