package clamd.vproxy.supervisor.sources.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** What came of looking at the policy file. Immutable. */
public sealed interface ReloadOutcome {
    /**
     * How policies came into force. Immutable.
     *
     * @param since when
     * @param swap what that changed; nothing for those that the daemon began with
     * @param took the time from reading the file to the last guest's new policy
     */
    record Loading(PolicyRevision revision, Instant since, PolicySwap swap, Duration took) {}

    /** The file says what is in force already. */
    record Unchanged(Loading last) implements ReloadOutcome {}

    /** The file is in force. */
    record Replaced(Loading loading) implements ReloadOutcome {}

    /**
     * The file is wrong, and nothing has changed.
     *
     * @param problems all that is wrong, a line each
     */
    record Refused(List<String> problems) implements ReloadOutcome {
        /** Copies the list. */
        public Refused {
            problems = List.copyOf(problems);
        }
    }
}
