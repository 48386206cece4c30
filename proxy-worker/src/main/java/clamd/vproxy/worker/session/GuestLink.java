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
 * Sends lines to a guest, and closes its connection in a lingering way. If the daemon closed the
 * socket while the guest is still writing, the kernel would answer the guest's bytes with a reset
 * and the last line would be lost. Therefore the daemon shuts down its own side of the connection,
 * then reads and discards what the guest still sends. Time and amount of this are bounded; the
 * bytes are subject to the guest's byte rate and count for its daily quota.
 *
 * <p>Confined to the session thread.
 */
final class GuestLink {
    /** The time limit for a guest to accept its line. */
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

    private static final Duration LINGER_LIMIT = Duration.ofSeconds(5);

    /** The most bytes to discard, enough for what a client still writes before it reads. */
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
     * Sends a line to the guest.
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
     * Shuts down the output, and waits for the guest to close the connection.
     *
     * @param scratch a buffer to read into; its content is lost
     * @param dropped receives the bytes that are read and discarded
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
            // the guest closed without reading further, which ends the session equally well
        }
    }

    /**
     * Reads what the guest still sends, at its byte rate, and counts it for the guest's daily
     * quota.
     *
     * @return the number of bytes in the buffer; negative at the end of the input or after the
     *     deadline
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
