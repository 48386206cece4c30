package clamd.vproxy.policies;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A JSON value that knows where in the file it stands. Immutable. */
sealed interface Node {

    /** Where the value stands, its brackets or quotes included. */
    Span span();

    /** The way to the value from the top. */
    Pointer pointer();

    /** What it is, for "must be …, not …". */
    String kind();

    /** An object; the members are in the order of the file. */
    record ObjectNode(Span span, Pointer pointer, Map<String, Member> members) implements Node {
        public ObjectNode {
            members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
        }

        @Override
        public String kind() {
            return "an object";
        }
    }

    /** A key of an object, where it stands, and its value. */
    record Member(Span key, Node value) {}

    /** An array. */
    record ArrayNode(Span span, Pointer pointer, List<Node> items) implements Node {
        public ArrayNode {
            items = List.copyOf(items);
        }

        @Override
        public String kind() {
            return "an array";
        }
    }

    /** A string, without its quotes and escapes. */
    record TextNode(Span span, Pointer pointer, String text) implements Node {
        @Override
        public String kind() {
            return "a string";
        }
    }

    /**
     * A number, as it is written: nothing is lost or rounded before somebody asks for a certain
     * type.
     */
    record NumberNode(Span span, Pointer pointer, String literal) implements Node {
        @Override
        public String kind() {
            return "a number";
        }
    }

    /** {@code true} or {@code false}. */
    record BooleanNode(Span span, Pointer pointer, boolean value) implements Node {
        @Override
        public String kind() {
            return Boolean.toString(value);
        }
    }

    /** {@code null}, which means nothing in a policy file. */
    record NullNode(Span span, Pointer pointer) implements Node {
        @Override
        public String kind() {
            return "null";
        }
    }
}
