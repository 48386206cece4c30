package clamd.vproxy.supervisor.policy;

import java.time.Duration;
import java.util.List;

/** What came of looking at the policy file. Immutable. */
public sealed interface ReloadOutcome {
    /** The file says what is in force already. */
    record Unchanged(PolicyRevision revision) implements ReloadOutcome {}

    /**
     * The file is in force.
     *
     * @param swap what that changed
     * @param took the time from reading the file to the last guest's new policy
     */
    record Replaced(PolicyRevision revision, PolicySwap swap, Duration took)
            implements ReloadOutcome {}

    /**
     * The file is wrong, and nothing has changed.
     *
     * @param revision what stays in force
     * @param problems all that is wrong, a line each
     */
    record Refused(PolicyRevision revision, List<String> problems) implements ReloadOutcome {
        /** Copies the list. */
        public Refused {
            problems = List.copyOf(problems);
        }
    }
}
