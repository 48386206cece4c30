package clamd.vproxy.worker.session;

import java.time.Duration;
import java.util.Optional;

/**
 * What became of one guest connection; there is exactly one for each. Immutable.
 *
 * @param guest whom the connection came from, as its worker names it
 * @param session number of the session, unique within the process
 * @param command the command that was accepted, or the printable beginning of what was refused;
 *     empty if nothing came
 * @param streamBytes bytes of file data taken from the guest, chunk headers not counted
 * @param queueWait time spent waiting for the guest's connection quota
 * @param placeWait time spent waiting for a place at clamd and connecting to it
 * @param pause time for which an upload was not read, for the guest's byte rate or for room in
 *     clamd's temporary directory; 0 for other commands
 * @param slotWait time spent waiting for a scan slot with the whole stream at clamd; 0 for other
 *     commands
 * @param scan time from the end marker to clamd's reply, or to the session's end if that came
 *     first; 0 for other commands
 * @param total time from accepting the connection to its end, {@code queueWait} included
 * @param demand what else it asked of its limits
 * @param verdict what it came to for the guest
 * @param signature what clamd found
 * @param sha256 the hash of the stream's data in hexadecimal digits; empty if it was not computed
 *     or the stream did not come to its end
 * @param termination how and why it ended
 * @param detail clamd's own words or the cause of a failure, for the log
 */
public record SessionResult(
        Object guest,
        long session,
        String command,
        long streamBytes,
        Duration queueWait,
        Duration placeWait,
        Duration pause,
        Duration slotWait,
        Duration scan,
        Duration total,
        Demand demand,
        Verdict verdict,
        Optional<String> signature,
        Optional<String> sha256,
        Termination termination,
        Optional<String> detail) {

    /** The result of a session whose stream, if there was one, was not hashed. */
    public SessionResult(
            Object guest,
            long session,
            String command,
            long streamBytes,
            Duration queueWait,
            Duration placeWait,
            Duration pause,
            Duration slotWait,
            Duration scan,
            Duration total,
            Demand demand,
            Verdict verdict,
            Optional<String> signature,
            Termination termination,
            Optional<String> detail) {
        this(
                guest,
                session,
                command,
                streamBytes,
                queueWait,
                placeWait,
                pause,
                slotWait,
                scan,
                total,
                demand,
                verdict,
                signature,
                Optional.empty(),
                termination,
                detail);
    }
}
