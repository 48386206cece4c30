package clamd.vproxy.worker.session;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.worker.net.StreamSocket;
import clamd.vproxy.worker.protocol.Terminator;
import clamd.vproxy.worker.rate.ByteRate;
import clamd.vproxy.worker.session.SessionControl.Phase;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What a guest is sent: lines, and at the end a lingering close. Were the socket closed while the
 * guest is still writing, the kernel would answer its bytes with a reset and the last line would be
 * lost; so our side of the connection is shut down and what the guest still sends is read and
 * dropped, for a bounded time and amount, within the guest's byte rate and counted for its day.
 *
 * <p>Confined to the session thread.
 */
final class GuestLink {
    /** How long a guest may take to read its line. */
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

    private static final Duration LINGER_LIMIT = Duration.ofSeconds(5);

    /** Enough for what a client still writes before it reads; read within its byte rate. */
    private static final long LINGER_BYTES = 8L << 20;

    private final StreamSocket guest;
    private final SessionControl control;
    private final GuestShare share;
    private final Limits limits;
    private final LongSupplier nanoClock;

    GuestLink(
            StreamSocket guest,
            SessionControl control,
            GuestShare share,
            Limits limits,
            LongSupplier nanoClock) {
        this.guest = guest;
        this.control = control;
        this.share = share;
        this.limits = limits;
        this.nanoClock = nanoClock;
    }

    /**
     * Sends a line.
     *
     * @param scratch a buffer to write from; its content is lost
     * @return whether the line was handed to the kernel
     */
    boolean say(String line, Terminator terminator, ByteBuffer scratch) {
        try {
            control.enterFarewell(Phase.GUEST_OUTPUT, in(ANSWER_LIMIT));
            guest.write(scratch.clear().put(terminator.terminate(line)).flip());
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /**
     * Says that nothing more comes, and waits for the guest to close.
     *
     * @param scratch a buffer to read into; its content is lost
     * @param dropped is shown what is read and dropped
     */
    void linger(ByteBuffer scratch, Consumer<ByteBuffer> dropped) {
        try {
            guest.shutdownOutput();
            long deadline = in(LINGER_LIMIT);
            control.enterFarewell(Phase.GUEST_INPUT, deadline);
            ByteRate.Allowance allowance = share.upload();
            long left = LINGER_BYTES;
            int count;
            while (left > 0 && (count = drop(scratch, left, allowance, deadline)) >= 0) {
                left -= count;
                dropped.accept(scratch);
            }
        } catch (IOException _) {
            // the guest closed without reading on: as good an end as any
        }
    }

    /**
     * Reads what the guest still sends, at its byte rate, and counts it for the guest's day.
     *
     * @return how much is in the buffer; negative at the end, or when the time is over
     */
    private int drop(
            ByteBuffer scratch, long most, ByteRate.Allowance allowance, long deadlineNanos)
            throws IOException {
        scratch.clear();
        allowance.take((int) Math.min(scratch.capacity(), most));
        int count = -1;
        try {
            if (!allowance.isEarly() || allowance.await(deadlineNanos)) {
                count = guest.read(scratch.limit(allowance.bytes()));
            }
        } finally {
            allowance.used(Math.max(0, count));
        }
        new DailyQuota(share, limits).count(Math.max(0, count));
        scratch.flip();
        return count;
    }

    private long in(Duration limit) {
        return nanoClock.getAsLong() + limit.toNanos();
    }
}
