package clamd.vproxy.supervisor.reports.status;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The results of several checks, in the format of Kubernetes' own servers. Immutable.
 *
 * @param name the name of the report, such as {@code readyz}
 * @param checks the results of the checks
 */
public record HealthReport(String name, List<Check> checks) {
    /**
     * The result of one check. Immutable.
     *
     * @param name a single word
     * @param passed whether the check passed
     * @param note why it failed, or a remark although it passed; may be empty
     */
    public record Check(String name, boolean passed, String note) {
        /** Returns a check that fails with {@code reason} if {@code failed}. */
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

    /** Returns the failed checks, a line for each. */
    List<String> failures() {
        return checks.stream()
                .filter(check -> !check.passed())
                .map(check -> check.name() + ": " + check.note())
                .toList();
    }

    /** Whether all checks passed. */
    public boolean passed() {
        return checks.stream().allMatch(Check::passed);
    }

    /**
     * Returns a line for each check and one for the whole report; unless {@code verbose}, a passed
     * report is just {@code ok}.
     */
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
