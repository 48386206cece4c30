package clamd.vproxy.worker.session;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How and why a session ended: a short stable code for logs and metrics, and the text for the
 * guest.
 *
 * <p>The texts are of the one form that no known client takes for a clean file: {@code <text>.
 * ERROR}, one line, longer than 7 bytes, no colon, and neither {@code OK} nor {@code FOUND} in
 * capitals anywhere. Immutable.
 *
 * <p>CONTRIBUTING.md has the steps to add a refusal.
 */
public enum Termination {
    /** clamd's reply was handed to the guest. */
    COMPLETED(Verdict.ANSWERED, null),
    /** The guest closed without having sent anything. */
    NOTHING_ASKED(Verdict.NONE, null),
    /** The guest ended its stream of bytes in the middle of a command. */
    COMMAND_INCOMPLETE(Verdict.NONE, "Command not complete"),
    /** The command is none that the guest's policy allows. */
    COMMAND_REFUSED(Verdict.REFUSED, "Command not allowed"),
    /** No complete command came within the command timeout. */
    COMMAND_TIMEOUT(Verdict.ERROR, "Command timeout exceeded"),
    /** A chunk was larger than the policy allows. */
    CHUNK_LIMIT(Verdict.REFUSED, "INSTREAM size limit exceeded"),
    /** The stream came in so many small chunks that it would slow clamd for others. */
    CHUNKS_TOO_SMALL(Verdict.REFUSED, "Chunks too small"),
    /** The stream was larger than the policy allows, or than clamd would really scan. */
    STREAM_LIMIT(Verdict.REFUSED, "INSTREAM size limit exceeded"),
    /** The guest ended its stream of bytes before the end marker. */
    STREAM_INCOMPLETE(Verdict.NONE, "Stream ended before its end marker"),
    /** The guest was silent for longer than the read timeout in the middle of a stream. */
    READ_TIMEOUT(Verdict.ERROR, "Read timeout exceeded"),
    /** The whole stream, from its command to clamd's reply, took longer than the stream timeout. */
    STREAM_TIMEOUT(Verdict.ERROR, "Stream timeout exceeded"),
    /** No permit at a clamd was free within the queue timeout. */
    QUEUE_TIMEOUT(Verdict.ERROR, "Queue timeout exceeded"),
    /** No scan slot came free within the queue timeout, or while clamd would bear the wait. */
    SLOT_TIMEOUT(Verdict.ERROR, "Scan queue timeout exceeded"),
    /** Other uploads held what clamd's temporary directory may hold for too long. */
    SPOOL_TIMEOUT(Verdict.ERROR, "Spool timeout exceeded"),
    /** The guest's connection quota was full, and so was its queue or the time to wait over. */
    QUOTA(Verdict.REFUSED, "Connection quota exceeded"),
    /** Connections came faster than the policy allows, and the queue was full or its time over. */
    CONNECTION_RATE(Verdict.REFUSED, "Connection rate exceeded"),
    /** The guest used up the bytes that it has for a day. */
    DAILY_BYTES(Verdict.REFUSED, "Daily byte quota exceeded"),
    /** The guest used up the scans that it has for a day. */
    DAILY_SCANS(Verdict.REFUSED, "Daily scan quota exceeded"),
    /** An IDSESSION had as many requests, or took as long, as one may. */
    SESSION_LIMIT(Verdict.REFUSED, "Session limit exceeded"),
    /** The host held as many connections as it may, and this guest more of them than others. */
    HOST_LIMIT(Verdict.REFUSED, "Connection limit of the host exceeded"),
    /** No running domain owns the connection. */
    UNKNOWN_GUEST(Verdict.REFUSED, "Guest not known"),
    /** The policy admits this guest to nothing. */
    GUEST_DENIED(Verdict.REFUSED, "Guest not allowed"),
    /** An administrator lets nobody new in for the guest, or for all guests. */
    DRAINED(Verdict.REFUSED, "Service closed for maintenance"),
    /** An administrator had the guest's connections wait, for longer than they may. */
    PAUSED(Verdict.REFUSED, "Service paused for maintenance"),
    /** clamd could not be connected to. */
    CLAMD_UNREACHABLE(Verdict.ERROR, "Scanner not available"),
    /** clamd closed the connection without a reply. */
    CLAMD_CLOSED(Verdict.ERROR, "Scanner closed the connection"),
    /** clamd did not answer in time. */
    CLAMD_TIMEOUT(Verdict.ERROR, "Scanner timeout exceeded"),
    /** clamd sent what is not a reply of its grammar. */
    CLAMD_REPLY_MALFORMED(Verdict.ERROR, "Scanner reply not understood"),
    /** The guest's connection was lost, or it did not take its reply. */
    GUEST_LEFT(Verdict.NONE, null),
    /** The domain stopped, or its CID went to another one. */
    GUEST_STOPPED(Verdict.ERROR, "Guest stopped"),
    /** An administrator ended the session. */
    KILLED(Verdict.ERROR, "Ended by the administrator"),
    /** The daemon is stopping. */
    SHUTDOWN(Verdict.ERROR, "Service is stopping"),
    /** A defect of ours; the log has its trace. */
    INTERNAL_ERROR(Verdict.ERROR, "Internal failure");

    private final Verdict verdict;
    private final Optional<String> guestText;

    Termination(Verdict verdict, @Nullable String text) {
        this.verdict = verdict;
        this.guestText = Optional.ofNullable(text).map(words -> words + ". ERROR");
    }

    /** The code for logs and metrics, such as {@code stream-limit}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The verdict of a session that ended so, unless clamd's reply gave another. */
    public Verdict verdict() {
        return verdict;
    }

    /** The line for the guest, without its terminator; empty if the guest gets none. */
    public Optional<String> guestText() {
        return guestText;
    }
}
