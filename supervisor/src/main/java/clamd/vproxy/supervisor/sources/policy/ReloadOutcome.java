package clamd.vproxy.supervisor.sources.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The outcome of reading the policy file. Immutable. */
public sealed interface ReloadOutcome {
    /**
     * How and when policies were put in force. Immutable.
     *
     * @param since when they were put in force
     * @param swap the changes for the guests; empty for the policies that the daemon started with
     * @param took the time from reading the file to the last guest's new policy
     */
    record Loading(PolicyRevision revision, Instant since, PolicySwap swap, Duration took) {}

    /** The file's policies are already in force. */
    record Unchanged(Loading last) implements ReloadOutcome {}

    /** The file's policies have been put in force. */
    record Replaced(Loading loading) implements ReloadOutcome {}

    /**
     * The file is faulty, and nothing has changed.
     *
     * @param problems all its problems, a line each
     */
    record Refused(List<String> problems) implements ReloadOutcome {
        /** Copies the list. */
        public Refused {
            problems = List.copyOf(problems);
        }
    }
}
