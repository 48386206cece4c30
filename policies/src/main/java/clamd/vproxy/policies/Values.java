package clamd.vproxy.policies;

import clamd.vproxy.policies.Node.ArrayNode;
import clamd.vproxy.policies.Node.BooleanNode;
import clamd.vproxy.policies.Node.Member;
import clamd.vproxy.policies.Node.ObjectNode;
import clamd.vproxy.policies.Node.TextNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads nodes as the types they should have. A node of another type is reported, and the result is
 * empty.
 */
record Values(Problems problems) {

    /** Reads an object that may have only these keys. */
    Optional<ObjectNode> object(Node node, Set<String> known) {
        return object(node, known, Map.of());
    }

    /**
     * Reads an object that may have only these keys; some other keys are refused with a message of
     * their own.
     */
    Optional<ObjectNode> object(Node node, Set<String> known, Map<String, String> refused) {
        Optional<ObjectNode> object = object(node);
        object.ifPresent(found ->
                found.members().forEach((key, member) -> checkKey(key, member, known, refused)));
        return object;
    }

    /**
     * Reads an object whose keys are names chosen by the operator; a {@code comment} is still a
     * comment.
     */
    Optional<ObjectNode> object(Node node) {
        if (node instanceof ObjectNode object) {
            member(object, Keys.COMMENT).ifPresent(this::text);
            return Optional.of(object);
        }
        return wrong(node, "an object");
    }

    Optional<List<Node>> array(Node node) {
        return node instanceof ArrayNode array
                ? Optional.of(array.items())
                : wrong(node, "an array");
    }

    Optional<String> text(Node node) {
        return node instanceof TextNode text ? Optional.of(text.text()) : wrong(node, "a string");
    }

    Optional<Boolean> flag(Node node) {
        return node instanceof BooleanNode flag
                ? Optional.of(flag.value())
                : wrong(node, "true or false");
    }

    /** Reports a node of the wrong type. */
    <T> Optional<T> wrong(Node node, String expected) {
        return problem(node, "must be " + expected + ", not " + node.kind());
    }

    /** Reports a problem with a node. */
    <T> Optional<T> problem(Node node, String message) {
        problems.add(node, message);
        return Optional.empty();
    }

    static Optional<Node> member(ObjectNode object, String key) {
        return Optional.ofNullable(object.members().get(key)).map(Member::value);
    }

    private void checkKey(
            String key, Member member, Set<String> known, Map<String, String> refused) {
        if (!known.contains(key)) {
            String unknown = "unknown field " + Wording.quote(key) + Wording.guess(key, known);
            problems.add(
                    member.key(), member.value().pointer(), refused.getOrDefault(key, unknown));
        }
    }
}
