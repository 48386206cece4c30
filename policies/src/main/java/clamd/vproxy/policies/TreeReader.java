package clamd.vproxy.policies;

import clamd.vproxy.policies.Node.ArrayNode;
import clamd.vproxy.policies.Node.BooleanNode;
import clamd.vproxy.policies.Node.Member;
import clamd.vproxy.policies.Node.NullNode;
import clamd.vproxy.policies.Node.NumberNode;
import clamd.vproxy.policies.Node.ObjectNode;
import clamd.vproxy.policies.Node.TextNode;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Parses strict JSON into nodes that know their place in the file. Confined to the thread that
 * parses.
 *
 * <p>It continues after a duplicate key, but not after a syntax fault, because everything after one
 * is a guess.
 */
final class TreeReader {
    /**
     * The deepest nesting; a policy file has five levels, and a broken generator wrote a deeper
     * one.
     */
    static final int DEEPEST = 16;

    /** The longest key, in UTF-16 units. */
    static final int LONGEST_NAME = 256;

    private static final JsonFactory STRICT =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNameLength(LONGEST_NAME)
                                    .maxNumberLength(PolicyParser.LARGEST_FILE)
                                    .build())
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .build();

    private final SourceText source;
    private final Problems problems;
    private final JsonParser json;
    private final Deque<Integer> open = new ArrayDeque<>();

    private TreeReader(SourceText source, Problems problems, JsonParser json) {
        this.source = source;
        this.problems = problems;
        this.json = json;
    }

    /** Reads the single value of the text; empty if a problem prevents a tree. */
    static Optional<Node> read(SourceText source, Problems problems) {
        if (source.text().isBlank()) {
            problems.addOfFile("the file is empty; the smallest policy file is {\"version\": 1}");
            return Optional.empty();
        }
        if (source.text().startsWith("\ufeff")) {
            problems.add(
                    source.at(0),
                    Pointer.ROOT,
                    "starts with a byte order mark; save the file as UTF-8 without one");
            return Optional.empty();
        }
        try (JsonParser json = STRICT.createParser(source.text().toCharArray())) {
            return Optional.of(new TreeReader(source, problems, json).document());
        } catch (SyntaxFault fault) {
            problems.add(source.at(fault.offset()), Pointer.ROOT, fault.explanation());
            return Optional.empty();
        } catch (IOException impossible) {
            throw new UncheckedIOException("reading from memory failed", impossible);
        }
    }

    private Node document() throws IOException {
        Node root = value(next(), Pointer.ROOT);
        int end = here();
        if (afterTheEnd()) {
            String rest = source.text().substring(end);
            throw new SyntaxFault(
                    end + rest.length() - rest.stripLeading().length(),
                    "text after the end of the JSON value");
        }
        return root;
    }

    /** Whether anything but white space follows, valid JSON or not. */
    private boolean afterTheEnd() throws IOException {
        try {
            return json.nextToken() != null;
        } catch (JsonProcessingException notEvenJson) {
            return true;
        }
    }

    private JsonToken next() throws IOException {
        try {
            JsonToken token = json.nextToken();
            if (token == JsonToken.FIELD_NAME || (token != null && token.isScalarValue())) {
                json.getText(); // strings are read lazily; this makes the parser find their end
            }
            if (token != null) {
                return token;
            }
        } catch (StreamConstraintsException _) { // has no location
            throw new SyntaxFault(here(), "a key is longer than " + LONGEST_NAME + " characters");
        } catch (JsonEOFException _) {
            // reported below, like every other early end
        } catch (JsonProcessingException failure) {
            boolean atTheEnd = failure.getLocation().getCharOffset() >= source.text().length();
            if (open.isEmpty() || !atTheEnd) {
                throw SyntaxFault.of(failure, source.text());
            }
        }
        throw new SyntaxFault(source.text().length(), "the file ends too early" + whatIsOpen());
    }

    private String whatIsOpen() {
        if (open.isEmpty()) {
            return "";
        }
        char bracket = source.text().charAt(open.getLast());
        return "; the "
                + bracket
                + " in line "
                + source.at(open.getLast()).line()
                + " is not closed";
    }

    private Node value(JsonToken token, Pointer pointer) throws IOException {
        return switch (token) {
            case START_OBJECT -> object(pointer);
            case START_ARRAY -> array(pointer);
            case VALUE_STRING -> new TextNode(token(), pointer, json.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
                    new NumberNode(token(), pointer, json.getText());
            case VALUE_TRUE, VALUE_FALSE ->
                    new BooleanNode(token(), pointer, token == JsonToken.VALUE_TRUE);
            case VALUE_NULL -> new NullNode(token(), pointer);
            default -> throw new AssertionError("no value begins with " + token);
        };
    }

    private ObjectNode object(Pointer pointer) throws IOException {
        int start = enter();
        Map<String, Member> members = new LinkedHashMap<>();
        while (next() != JsonToken.END_OBJECT) {
            String name = json.getText();
            Span key = key();
            Pointer path = pointer.child(name);
            Member member = new Member(key, value(next(), path));
            Member first = members.putIfAbsent(name, member);
            if (first != null) {
                String message =
                        Wording.quote(name)
                                + " is a duplicate; it is first in line "
                                + first.key().line();
                problems.add(key, path, message);
            }
        }
        open.removeLast();
        return new ObjectNode(source.span(start, here()), pointer, members);
    }

    private ArrayNode array(Pointer pointer) throws IOException {
        int start = enter();
        List<Node> items = new ArrayList<>();
        for (JsonToken token = next(); token != JsonToken.END_ARRAY; token = next()) {
            items.add(value(token, pointer.child(items.size())));
        }
        open.removeLast();
        return new ArrayNode(source.span(start, here()), pointer, items);
    }

    private int enter() throws SyntaxFault {
        int start = tokenStart();
        if (open.size() == DEEPEST) {
            throw new SyntaxFault(start, "nested deeper than " + DEEPEST + " levels");
        }
        open.addLast(start);
        return start;
    }

    /**
     * Returns the span of a key; its end is searched for, because the parser is already at the
     * value.
     */
    private Span key() {
        int end = tokenStart() + 1;
        while (source.text().charAt(end) != '"') {
            end += source.text().charAt(end) == '\\' ? 2 : 1;
        }
        return source.span(tokenStart(), end + 1);
    }

    private Span token() {
        return source.span(tokenStart(), here());
    }

    private int tokenStart() {
        return Math.toIntExact(json.currentTokenLocation().getCharOffset());
    }

    private int here() {
        return Math.toIntExact(json.currentLocation().getCharOffset());
    }
}
