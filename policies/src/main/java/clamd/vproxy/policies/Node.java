package clamd.vproxy.policies;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A JSON value with its place in the file. Immutable. */
sealed interface Node {

    /** Returns the place of the value, including its brackets or quotes. */
    Span span();

    /** Returns the path to the value from the top of the document. */
    Pointer pointer();

    /** Returns the kind of value in words, for "must be …, not …". */
    String kind();

    /** An object, with its members in the order of the file. */
    record ObjectNode(Span span, Pointer pointer, Map<String, Member> members) implements Node {
        public ObjectNode {
            members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
        }

        @Override
        public String kind() {
            return "an object";
        }
    }

    /** A member of an object: the place of its key, and its value. */
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

    /** A number, as it is written; it is not rounded before a caller asks for a certain type. */
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

    /** {@code null}, which no key of a policy file accepts. */
    record NullNode(Span span, Pointer pointer) implements Node {
        @Override
        public String kind() {
            return "null";
        }
    }
}
