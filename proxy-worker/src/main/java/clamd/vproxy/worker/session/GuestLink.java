package clamd.vproxy.worker.session;

import clamd.vproxy.worker.net.StreamSocket;
import clamd.vproxy.worker.protocol.Terminator;
import clamd.vproxy.worker.session.SessionControl.Phase;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The last words to a guest: one line, then a lingering close. Were the socket closed while the
 * guest is still writing, the kernel would answer its bytes with a reset and the line would be
 * lost; so our side of the connection is shut down and what the guest still sends is read and
 * dropped, for a bounded time and amount.
 *
 * <p>Confined to the session thread.
 */
final class GuestLink {
    /** How long a guest may take to read its line. */
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

    private static final Duration LINGER_LIMIT = Duration.ofSeconds(5);
    private static final long LINGER_BYTES = 256L << 20;

    private final StreamSocket guest;
    private final SessionControl control;
    private final LongSupplier nanoClock;

    GuestLink(StreamSocket guest, SessionControl control, LongSupplier nanoClock) {
        this.guest = guest;
        this.control = control;
        this.nanoClock = nanoClock;
    }

    /**
     * Sends {@code line} and waits for the guest to close.
     *
     * @param scratch a buffer to read into; its content is lost
     * @param dropped is shown what is read and dropped, as far as it fits into its remaining space
     * @param answered runs when the guest has its line, before the wait
     * @return whether the line was handed to the kernel
     */
    boolean sayAndLinger(
            String line,
            Terminator terminator,
            ByteBuffer scratch,
            ByteBuffer dropped,
            Runnable answered) {
        try {
            control.enterFarewell(Phase.GUEST_OUTPUT, in(ANSWER_LIMIT));
            scratch.clear().put(terminator.terminate(line)).flip();
            guest.write(scratch);
            guest.shutdownOutput();
        } catch (IOException _) {
            return false;
        }
        answered.run();
        linger(scratch, dropped);
        return true;
    }

    private void linger(ByteBuffer scratch, ByteBuffer dropped) {
        try {
            control.enterFarewell(Phase.GUEST_INPUT, in(LINGER_LIMIT));
            long left = LINGER_BYTES;
            int count;
            while (left > 0 && (count = guest.read(scratch.clear())) >= 0) {
                left -= count;
                scratch.flip();
                while (scratch.hasRemaining() && dropped.hasRemaining()) {
                    dropped.put(scratch.get());
                }
            }
        } catch (IOException _) {
            // the guest closed without reading on: as good an end as any
        }
    }

    private long in(Duration limit) {
        return nanoClock.getAsLong() + limit.toNanos();
    }
}
