package clamd.vproxy.worker.session;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How and why a session ended: a short stable code for logs and metrics, and the text for the
 * guest.
 *
 * <p>The texts have the only form that no known client takes for a clean file: {@code <text>.
 * ERROR}, one line, longer than 7 bytes, no colon, and neither {@code OK} nor {@code FOUND} in
 * capitals anywhere. Immutable.
 *
 * <p>CONTRIBUTING.md has the steps to add a refusal.
 */
public enum Termination {
    /** clamd's reply was handed to the guest. */
    COMPLETED(Verdict.ANSWERED, null),
    /** The guest closed the connection without having sent anything. */
    NOTHING_ASKED(Verdict.NONE, null),
    /** The guest ended its output in the middle of a command. */
    COMMAND_INCOMPLETE(Verdict.NONE, "Command not complete"),
    /** The guest's policy does not allow the command. */
    COMMAND_REFUSED(Verdict.REFUSED, "Command not allowed"),
    /** No complete command arrived within the command timeout. */
    COMMAND_TIMEOUT(Verdict.ERROR, "Command timeout exceeded"),
    /** A chunk was larger than the policy allows. */
    CHUNK_LIMIT(Verdict.REFUSED, "INSTREAM size limit exceeded"),
    /** The stream had so many small chunks that it would slow clamd down for other guests. */
    CHUNKS_TOO_SMALL(Verdict.REFUSED, "Chunks too small"),
    /** The stream was larger than the policy allows, or larger than clamd actually scans. */
    STREAM_LIMIT(Verdict.REFUSED, "INSTREAM size limit exceeded"),
    /** The guest ended its output before the stream's end marker. */
    STREAM_INCOMPLETE(Verdict.NONE, "Stream ended before its end marker"),
    /** The guest was silent for longer than the read timeout in the middle of a stream. */
    READ_TIMEOUT(Verdict.ERROR, "Read timeout exceeded"),
    /** The whole stream, from its command to clamd's reply, took longer than the stream timeout. */
    STREAM_TIMEOUT(Verdict.ERROR, "Stream timeout exceeded"),
    /** No permit at a clamd was free within the queue timeout. */
    QUEUE_TIMEOUT(Verdict.ERROR, "Queue timeout exceeded"),
    /** No scan slot became free within the queue timeout, or before clamd would drop the stream. */
    SLOT_TIMEOUT(Verdict.ERROR, "Scan queue timeout exceeded"),
    /** Other uploads filled clamd's temporary directory up to its limit for too long. */
    SPOOL_TIMEOUT(Verdict.ERROR, "Spool timeout exceeded"),
    /**
     * The guest's connection quota was full, and the connection could not wait, or waited too long.
     */
    QUOTA(Verdict.REFUSED, "Connection quota exceeded"),
    /** The connection rate was exceeded, and the connection could not wait, or waited too long. */
    CONNECTION_RATE(Verdict.REFUSED, "Connection rate exceeded"),
    /** The guest or its tenant has used up its bytes for the day. */
    DAILY_BYTES(Verdict.REFUSED, "Daily byte quota exceeded"),
    /** The guest or its tenant has used up its scans for the day. */
    DAILY_SCANS(Verdict.REFUSED, "Daily scan quota exceeded"),
    /** An IDSESSION reached the maximum number of requests or the maximum duration. */
    SESSION_LIMIT(Verdict.REFUSED, "Session limit exceeded"),
    /**
     * The host's connection limit was reached, and this guest held more connections than others.
     */
    HOST_LIMIT(Verdict.REFUSED, "Connection limit of the host exceeded"),
    /** No running domain owns the connection. */
    UNKNOWN_GUEST(Verdict.REFUSED, "Guest not known"),
    /** The policy denies this guest. */
    GUEST_DENIED(Verdict.REFUSED, "Guest not allowed"),
    /** An administrator has drained the guest, or all guests, so new connections are refused. */
    DRAINED(Verdict.REFUSED, "Service closed for maintenance"),
    /** An administrator has paused the guest, and the connection waited too long. */
    PAUSED(Verdict.REFUSED, "Service paused for maintenance"),
    /** The connection to clamd failed. */
    CLAMD_UNREACHABLE(Verdict.ERROR, "Scanner not available"),
    /** clamd closed the connection without a reply. */
    CLAMD_CLOSED(Verdict.ERROR, "Scanner closed the connection"),
    /** clamd did not answer in time. */
    CLAMD_TIMEOUT(Verdict.ERROR, "Scanner timeout exceeded"),
    /** clamd sent a malformed reply. */
    CLAMD_REPLY_MALFORMED(Verdict.ERROR, "Scanner reply not understood"),
    /** The guest's connection was lost, or the guest did not accept its reply. */
    GUEST_LEFT(Verdict.NONE, null),
    /** The domain stopped, or its CID was assigned to another domain. */
    GUEST_STOPPED(Verdict.ERROR, "Guest stopped"),
    /** An administrator ended the session. */
    KILLED(Verdict.ERROR, "Ended by the administrator"),
    /** The daemon is stopping. */
    SHUTDOWN(Verdict.ERROR, "Service is stopping"),
    /** The daemon has a defect; the log contains its stack trace. */
    INTERNAL_ERROR(Verdict.ERROR, "Internal failure");

    private final Verdict verdict;
    private final Optional<String> guestText;

    Termination(Verdict verdict, @Nullable String text) {
        this.verdict = verdict;
        this.guestText = Optional.ofNullable(text).map(words -> words + ". ERROR");
    }

    /** Returns the code for logs and metrics, such as {@code stream-limit}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Returns the verdict of a session with this termination, unless clamd's reply gave another.
     */
    public Verdict verdict() {
        return verdict;
    }

    /** Returns the line for the guest, without its terminator; empty if the guest gets none. */
    public Optional<String> guestText() {
        return guestText;
    }
}
