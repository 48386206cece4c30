package clamd.vproxy.supervisor.reports.status;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What came of some checks, in the words in which Kubernetes' own servers tell it. Immutable.
 *
 * @param name of the whole, such as {@code readyz}
 * @param checks what was looked at
 */
public record HealthReport(String name, List<Check> checks) {
    /**
     * One thing that was looked at. Immutable.
     *
     * @param name in one word
     * @param passed whether it is as it shall be
     * @param note why not, or what there is to be said in spite of it; may be empty
     */
    public record Check(String name, boolean passed, String note) {
        /** One that passes if there is no reason against it. */
        static Check failingIf(boolean failed, String name, String reason) {
            return new Check(name, !failed, failed ? reason : "");
        }

        private String line() {
            String line = passed ? "[+]" + name + " ok" : "[-]" + name + " failed";
            return note.isEmpty() ? line : line + ": " + note;
        }
    }

    /** Copies the list. */
    public HealthReport {
        checks = List.copyOf(checks);
    }

    /** The checks that failed, a line for each. */
    List<String> failures() {
        return checks.stream()
                .filter(check -> !check.passed())
                .map(check -> check.name() + ": " + check.note())
                .toList();
    }

    /** Whether all is well. */
    public boolean passed() {
        return checks.stream().allMatch(Check::passed);
    }

    /** A line for each check and one for the whole; only {@code ok} if nobody asks for more. */
    public String text(boolean verbose) {
        if (passed() && !verbose) {
            return "ok";
        }
        return checks.stream().map(Check::line).collect(Collectors.joining("\n"))
                + "\n"
                + name
                + (passed() ? " check passed\n" : " check failed\n");
    }
}
