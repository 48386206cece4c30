package clamd.vproxy.policies;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects the problems of one file. Confined to the thread that parses it. */
final class Problems {
    private final List<Problem> found = new ArrayList<>();

    /** Adds a problem with a value. */
    void add(Node node, String message) {
        add(node.span(), node.pointer(), message);
    }

    /** Adds a problem at a place. */
    void add(Span span, Pointer pointer, String message) {
        found.add(new Problem(span.line(), span.column(), pointer.toString(), message));
    }

    /** Adds a problem with the file as a whole. */
    void addOfFile(String message) {
        found.add(Problem.ofFile(message));
    }

    /** Throws all problems in the order of the file, if there are any. */
    void throwIfAny(String sourceName) throws PolicyException {
        if (!found.isEmpty()) {
            throw asException(sourceName);
        }
    }

    /** Returns all problems as an exception, in the order of the file. */
    PolicyException asException(String sourceName) {
        List<Problem> sorted = new ArrayList<>(found);
        sorted.sort(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column));
        return new PolicyException(sourceName, sorted);
    }
}
