package clamd.vproxy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Looks for odd sentences in all texts of the repository: code, documents, scripts, messages. */
class PlainWordsTest {
    private static final Path ROOT =
            Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());

    /** Build results, and fuzz inputs, which nobody reads. */
    private static final Pattern SKIPPED =
            Pattern.compile("\\.git|\\.cifuzz-corpus|\\.idea|target|\\w+Inputs");

    /** White space in prose, also where a comment or a string goes on in the next line. */
    private static final String GAP = "(?:\\s+(?:(?:\\*|//|#+)\\s+)?|\\s*\"\\s*\\+\\s*\")";

    private static final String COMMENT_BEGINS = "(?:/\\*\\*?|//|#|<!--)\\s*(?:\\*\\s*)?";

    /** An odd kind of sentence; a blank in its pattern also stands for a line break. */
    @SuppressWarnings("ImmutableEnumChecker") // its lists never change
    enum Kind {
        POINTS_AT_ANOTHER_COMMENT(
                COMMENT_BEGINS + "The same\\b",
                "/** The same with a file. */",
                "/**\n     * The same.",
                "// The same again",
                "# The same for a socket"),
        WHO_WITHOUT_A_NOUN(
                "\\b[Ww]hoever\\b|\\bWhom?\\b|[;:] who\\b|"
                        + (COMMENT_BEGINS + "who\\b|")
                        + "\\b(?:of|for|from|by|without|that|when|if|than|because|unless) who\\b|"
                        + "\\bvoid (?:who(?:m|se|ever)?[A-Z]|\\w*(?:To|For|Of|s)Whom?[A-Z]|\\w*Whoever)",
                "Wakes whoever waits.",
                "/** Who is meant. */",
                "// who asks is answered",
                "so that who\n * waits is served",
                "what becomes of who finds no clamd",
                "void whoWaitsIsServed()",
                "void aStopAnswersWhoWaits()",
                "void ringingWakesWhoeverWaits()"),
        IS_TOLD(
                "\\b(?:[Ii]s|[Aa]re|was|were|be|been|being)(?: (?:not|never|also|only|then|\\w+ly))? told\\b|"
                        + "(?:[Ii]s|[Aa]re|Was|Were|Been)(?:Not)?Told",
                "The guest is told so.",
                "they are\n     * told apart",
                "log.warn(\"systemd was \"\n    + \"told\")",
                "void aGuestIsToldSo()"),
        COMES_TO(
                "\\b(?:[Cc]omes?|[Cc]ame|[Cc]oming) to\\b|(?:Comes|Came)To(?![a-z])",
                "What a session came to.",
                "The stream comes\n# to its end.",
                "void aLaneThatCameToItsEndBeginsAnew()"),
        GETS_ON(
                "\\b(?:[Gg]ets?|got|getting) on\\b|GetsOn(?![a-z])",
                "How one clamd gets on.",
                "void itGetsOn()"),
        BEARS_WITH("\\b(?:bears?|bore) with\\b", "How long clamd bears with us."),
        LEAVES_WORD("\\b(?:leaves?|left) word\\b", "The hook leaves word of guests."),
        MENDS("\\bmend(?:s|ed|ing)?\\b|Mends", "The next start mends that.", "void itMendsThat()");

        private final Pattern pattern;
        private final List<String> samples;

        Kind(String regex, String... samples) {
            this.pattern = Pattern.compile(regex.replace(" ", GAP));
            this.samples = List.of(samples);
        }

        Stream<MatchResult> in(String text) {
            return pattern.matcher(text).results();
        }
    }

    private static List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(
                ROOT,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes a) {
                        return SKIPPED.matcher(folder.getFileName().toString()).matches()
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes a) {
                        // this file has a sample of each kind
                        if (a.isRegularFile() && !file.endsWith("supervisor/PlainWordsTest.java")) {
                            files.add(file);
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        return files;
    }

    /** The odd sentences of a file, with its name and their lines. */
    private static Stream<String> odd(Path file) {
        String text = text(file);
        return Arrays.stream(Kind.values())
                .flatMap(kind -> kind.in(text).map(found -> line(kind, file, text, found)));
    }

    private static String line(Kind kind, Path file, String text, MatchResult found) {
        long number = 1 + text.substring(0, found.start()).chars().filter(c -> c == '\n').count();
        return "%s:%d: %s: %s".formatted(ROOT.relativize(file), number, kind, found.group());
    }

    /** Any bytes are a text here, because the patterns are ASCII. */
    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void noTextOfTheRepositoryHasAnOddSentence() throws Exception {
        List<Path> files = files();
        assertThat(files)
                .contains(
                        ROOT.resolve("README.md"),
                        ROOT.resolve("pom.xml"),
                        ROOT.resolve("supervisor/OPERATING.md"),
                        ROOT.resolve("supervisor/src/main/monitoring/alerts.yml"));
        assertThat(files.stream().flatMap(PlainWordsTest::odd)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void eachKindIsFound(Kind kind) {
        assertThat(kind.samples).isNotEmpty().allMatch(sample -> kind.in(sample).count() > 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "the user who runs the daemon, and the group",
                "/** Keeps the same policies, whose label it returns. */",
                "check says who holds the lock",
                "the whole stream, as a guest told us",
                "a rule that came too late, as recommended",
                "void aScanWhoseGuestIsGoneIsOver()",
                "void theGuestGetsOneOfItsOwn()",
            })
    void anOrdinarySentencePasses(String sentence) {
        assertThat(Kind.values()).allMatch(kind -> kind.in(sentence).findAny().isEmpty());
    }
}
