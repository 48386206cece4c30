package clamd.vproxy.policies;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Reports that a policy file cannot be used, with everything that is wrong with it. The message has
 * one line per problem.
 */
public final class PolicyException extends Exception {
    private static final long serialVersionUID = 1;

    @SuppressWarnings(
            "serial") // an immutable list of records is made by List.copyOf, and nobody serializes
    // this
    private final List<Problem> problems;

    /** Builds the message from the problems, which are given in the order of the file. */
    PolicyException(String sourceName, List<Problem> problems) {
        super(
                problems.stream()
                        .map(problem -> problem.format(sourceName))
                        .collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** Returns all problems in the order of the file, at least one. */
    public List<Problem> problems() {
        return problems;
    }
}
