package clamd.vproxy.supervisor.sources.policy;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The status of the policies and their file. Immutable.
 *
 * @param file the policy file as the operator named it
 * @param revision the policies in force
 * @param loadedAt when they were put in force
 * @param lastError what is wrong with the file, as long as it is faulty
 */
public record PolicyStatus(
        Path file, PolicyRevision revision, Instant loadedAt, Optional<LastError> lastError) {

    /**
     * Why the file is not in force. Immutable.
     *
     * @param since when the file was first found faulty
     * @param problems all current problems of the file, a line each
     */
    public record LastError(Instant since, List<String> problems) {
        /** Copies the list. */
        public LastError {
            problems = List.copyOf(problems);
        }
    }

    /** Returns this status with the problems of a faulty file; the first failure's time stays. */
    PolicyStatus wrong(Instant now, List<String> problems) {
        Instant since = lastError.map(LastError::since).orElse(now);
        return new PolicyStatus(
                file, revision, loadedAt, Optional.of(new LastError(since, problems)));
    }

    /** Returns this status with a file that is correct again. */
    PolicyStatus corrected() {
        return new PolicyStatus(file, revision, loadedAt, Optional.empty());
    }
}
