package clamd.vproxy.worker.session;

import clamd.vproxy.policies.Command;
import java.time.Duration;
import java.util.Optional;

/**
 * The outcome of one guest connection, or of one request within an IDSESSION. Each connection has
 * exactly one, and each request within one of its own. Immutable.
 *
 * @param guest whom the connection came from, as its worker names it
 * @param session number of the session, unique within the process
 * @param request which request of an IDSESSION it was, from 1; 0 for a connection
 * @param command the command that was accepted; empty if none was
 * @param attempt what the guest asked for if that is not the command by its name: the letters that
 *     its bytes began with, such as {@code zSCAN}, {@code ?} if they began with none; empty if no
 *     byte was read
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
 * @param demand what the session asked of its limits besides
 * @param verdict what the guest learnt
 * @param signature what clamd reported as found, with an incomplete scan, too
 * @param sha256 the hash of the stream's data in hexadecimal digits; empty if it was not computed
 *     or the stream was not complete
 * @param cached whether the verdict was taken from memory, without a scan
 * @param termination how and why it ended
 * @param detail clamd's own words or the cause of a failure, for the log
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
    /** What the guest asked for; for people and audit records only. */
    public String commandText() {
        return attempt.isEmpty() ? command.map(Command::name).orElse("") : attempt;
    }
}
