package clamd.vproxy.policies;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects what is wrong with one file. Confined to the thread that parses it. */
final class Problems {
    private final List<Problem> found = new ArrayList<>();

    /** Something is wrong with a value. */
    void add(Node node, String message) {
        add(node.span(), node.pointer(), message);
    }

    /** Something is wrong at a place. */
    void add(Span span, Pointer pointer, String message) {
        found.add(new Problem(span.line(), span.column(), pointer.toString(), message));
    }

    /** Something is wrong with the file as a whole. */
    void addOfFile(String message) {
        found.add(Problem.ofFile(message));
    }

    /** Ends the parsing if anything was found, with all of it in the order of the file. */
    void throwIfAny(String sourceName) throws PolicyException {
        if (!found.isEmpty()) {
            throw asException(sourceName);
        }
    }

    /** All of it in the order of the file. */
    PolicyException asException(String sourceName) {
        List<Problem> sorted = new ArrayList<>(found);
        sorted.sort(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column));
        return new PolicyException(sourceName, sorted);
    }
}
