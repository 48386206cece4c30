package clamd.vproxy.worker.session;

import java.time.Duration;
import java.util.Optional;

/**
 * What became of one guest connection; there is exactly one for each. Immutable.
 *
 * @param session number of the session, unique within the process
 * @param command the command that was accepted, or the printable beginning of what was refused;
 *     empty if nothing came
 * @param streamBytes bytes of file data taken from the guest, chunk headers not counted
 * @param queueWait time spent waiting for the guest's connection quota
 * @param slotWait time spent waiting for a place at clamd
 * @param scan time from the end of the request to clamd's reply
 * @param total time from accepting the connection to its end, {@code queueWait} included
 * @param signature what clamd found
 * @param detail clamd's own words or the cause of a failure, for the log
 */
public record SessionResult(
        long session,
        String command,
        long streamBytes,
        Duration queueWait,
        Duration slotWait,
        Duration scan,
        Duration total,
        Verdict verdict,
        Optional<String> signature,
        Termination termination,
        Optional<String> detail) {}
