package clamd.vproxy.worker.session;

import clamd.vproxy.policies.Command;
import java.time.Duration;
import java.util.Optional;

/**
 * The outcome of one guest connection, or of one request within an IDSESSION. Each connection has
 * exactly one result, and each request within an IDSESSION has one more. Immutable.
 *
 * @param guest identifies the guest's run by {@code equals}
 * @param session the number of the session, unique within the process
 * @param request the number of the request in its IDSESSION, from 1; 0 for a connection
 * @param command the command that was accepted; empty if none was
 * @param attempt the guest's request if it differs from the command's name: the letters at its
 *     beginning, such as {@code zSCAN}, or {@code ?} if it does not begin with a letter; empty if
 *     no byte was read
 * @param streamBytes bytes of file data taken from the guest, chunk headers not counted
 * @param queueWait time spent waiting for the guest's connection quota
 * @param permitWait time spent waiting for an upload or request permit and connecting to clamd
 * @param pause time for which an upload was not read, for the guest's byte rate or for room in
 *     clamd's temporary directory; 0 for other commands
 * @param slotWait time spent waiting for a scan slot with the whole stream at clamd; 0 for other
 *     commands
 * @param scan time from the end marker to clamd's reply, or to the session's end if that came
 *     first; 0 for other commands
 * @param total time from accepting the connection to its end, {@code queueWait} included
 * @param demand the other amounts that the session used of its limits
 * @param verdict the result that the guest was sent
 * @param signature the name that clamd reported as found, also for an incomplete scan
 * @param sha256 the hash of the stream's data in hexadecimal digits; empty if it was not computed
 *     or the stream was not complete
 * @param cached whether the verdict was taken from memory, without a scan
 * @param termination how and why it ended
 * @param detail clamd's own text or the cause of a failure, for the log
 */
public record SessionResult(
        Object guest,
        long session,
        int request,
        Optional<Command> command,
        String attempt,
        long streamBytes,
        Duration queueWait,
        Duration permitWait,
        Duration pause,
        Duration slotWait,
        Duration scan,
        Duration total,
        Demand demand,
        Verdict verdict,
        Optional<String> signature,
        Optional<String> sha256,
        boolean cached,
        Termination termination,
        Optional<String> detail) {
    /** Returns the guest's request as text, for display and audit records only. */
    public String commandText() {
        return attempt.isEmpty() ? command.map(Command::name).orElse("") : attempt;
    }
}
