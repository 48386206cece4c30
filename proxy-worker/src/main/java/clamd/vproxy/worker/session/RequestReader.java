package clamd.vproxy.worker.session;

import clamd.vproxy.worker.protocol.CommandFilter;
import clamd.vproxy.worker.protocol.CommandFilter.Decision;
import clamd.vproxy.worker.protocol.Request;
import clamd.vproxy.worker.protocol.Terminator;
import clamd.vproxy.worker.session.SessionControl.Phase;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Reads one request of a guest, and puts back the bytes that follow it. Confined to the session
 * thread.
 */
final class RequestReader {
    /** The number of bytes of a refused request that are kept to name it in the log. */
    private static final int ATTEMPT_BYTES = 32;

    /**
     * The silence after which a request without terminator is complete; clamd decides at the first
     * read.
     */
    private static final Duration SILENCE = Duration.ofMillis(100);

    /** How long a stopped session waits for a request that the guest may have sent already. */
    private static final Duration UNREAD_REQUEST_LIMIT = Duration.ofMillis(50);

    private final GuestInput input;
    private final SessionControl control;
    private final CommandFilter filter;
    private final LongSupplier nanoClock;
    private final ByteBuffer attempt = ByteBuffer.allocate(ATTEMPT_BYTES);

    RequestReader(
            GuestInput input,
            SessionControl control,
            CommandFilter filter,
            LongSupplier nanoClock) {
        this.input = input;
        this.control = control;
        this.filter = filter;
        this.nanoClock = nanoClock;
    }

    /**
     * Reads until the filter decides.
     *
     * @param limit how long that may take
     * @return the decision, never {@link Decision.Undecided}
     * @throws SessionEnd if no complete request arrives
     */
    Decision read(ByteBuffer scratch, Duration limit) throws SessionEnd {
        long deadline = nanoClock.getAsLong() + limit.toNanos();
        Decision decision = new Decision.Undecided(Optional.empty());
        while (decision instanceof Decision.Undecided(Optional<Request> whole)) {
            if (whole.isPresent()) {
                decision = orWhole(scratch, deadline, whole.get());
            } else if (readMore(scratch, deadline) < 0) {
                throw new SessionEnd(
                        isEmpty() ? Termination.NOTHING_ASKED : Termination.COMMAND_INCOMPLETE);
            } else {
                decision = filter.decide(scratch);
            }
        }
        input.putBack(scratch);
        // the command deadline ends with the request; later waits have their own deadlines
        control.forgetDeadline();
        return decision;
    }

    /** Accepts the bytes read so far as a complete request if the guest then stays silent. */
    private Decision orWhole(ByteBuffer scratch, long deadlineNanos, Request whole)
            throws SessionEnd {
        long silenceEnds = nanoClock.getAsLong() + SILENCE.toNanos();
        try {
            if (readMore(scratch, silenceEnds - deadlineNanos < 0 ? silenceEnds : deadlineNanos)
                    >= 0) {
                return filter.decide(scratch);
            }
        } catch (SessionEnd end) {
            if (end.outcome().termination() != Termination.COMMAND_TIMEOUT) {
                throw end;
            }
            control.forgetDeadline();
            // nothing was read
            scratch.limit(0);
        }
        return new Decision.Accepted(whole, Terminator.NEWLINE);
    }

    private int readMore(ByteBuffer scratch, long deadlineNanos) throws SessionEnd {
        int stream = CommandFilter.STREAM_REQUEST_BYTES - attempt.position();
        int longest = CommandFilter.LONGEST_REQUEST_BYTES - attempt.position();
        scratch.clear().limit(stream > 0 ? stream : longest);
        control.enter(Phase.GUEST_INPUT, deadlineNanos, Termination.COMMAND_TIMEOUT);
        try {
            int count = input.read(scratch);
            if (count < 0) {
                control.throwIfEnded();
            }
            attempt.put(scratch.flip());
            scratch.rewind();
            return count;
        } catch (IOException e) {
            control.throwIfEnded();
            throw new SessionEnd(Termination.GUEST_LEFT, e.getMessage());
        }
    }

    /** Reads the first bytes, which show the guest's terminator; a silent guest gets a newline. */
    void awaitFirstBytes(ByteBuffer scratch, Duration limit) throws SessionEnd {
        try {
            if (readMore(scratch, nanoClock.getAsLong() + limit.toNanos()) > 0) {
                filter.decide(scratch);
            }
        } catch (SessionEnd end) {
            if (end.outcome().termination() != Termination.COMMAND_TIMEOUT) {
                throw end;
            }
        }
    }

    /** Reads the terminator of a request that the guest had sent before its session was stopped. */
    void learnTerminator(ByteBuffer scratch) {
        if (!isEmpty()) {
            return;
        }
        control.enterFarewell(
                Phase.GUEST_INPUT, nanoClock.getAsLong() + UNREAD_REQUEST_LIMIT.toNanos());
        scratch.clear().limit(CommandFilter.STREAM_REQUEST_BYTES);
        try {
            if (input.read(scratch) > 0) {
                attempt.put(scratch.flip());
                filter.decide(scratch.rewind());
            }
        } catch (IOException _) {
            // the line is then sent with a newline, if it can be sent at all
        }
    }

    /** Whether the guest has sent anything of a request yet. */
    boolean isEmpty() {
        return filter.isEmpty();
    }

    /** Returns the terminator for a reply to the bytes read so far. */
    Terminator terminator() {
        return filter.terminator();
    }

    /**
     * Adds bytes that the guest sent after a refused request began, as far as they help to name it.
     */
    void follow(ByteBuffer dropped) {
        while (dropped.hasRemaining() && attempt.hasRemaining()) {
            attempt.put(dropped.get());
        }
    }

    /** Returns the letters at the beginning of the bytes read; {@code ?} if there are none. */
    String attempted() {
        String text = StandardCharsets.ISO_8859_1.decode(attempt.duplicate().flip()).toString();
        int end = 0;
        while (end < text.length()
                && Character.isLetter(text.charAt(end))
                && text.charAt(end) < 128) {
            end++;
        }
        return end > 0 || text.isEmpty() ? text.substring(0, end) : "?";
    }
}
