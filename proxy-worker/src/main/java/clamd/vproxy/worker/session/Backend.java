package clamd.vproxy.worker.session;

import clamd.vproxy.policies.Command;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.worker.clamd.BackendSlots;
import clamd.vproxy.worker.net.StreamSocket;
import clamd.vproxy.worker.protocol.Reply;
import clamd.vproxy.worker.protocol.ReplyParser;
import clamd.vproxy.worker.session.SessionControl.Phase;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/**
 * A session's one connection to clamd with the place that it occupies there. Carries one command of
 * ours; what a guest wrote as its command never gets here.
 *
 * <p>Confined to the session thread.
 */
final class Backend implements AutoCloseable {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

    /** How long clamd's last words, or its close, may take when nothing is left to wait for. */
    private static final Duration LAST_WORDS_LIMIT = Duration.ofSeconds(2);

    private final SessionContext context;
    private final SessionControl control;
    private final BackendSlots.Slot slot;
    private final StreamSocket socket;

    private Backend(
            SessionContext context,
            SessionControl control,
            BackendSlots.Slot slot,
            StreamSocket socket) {
        this.context = context;
        this.control = control;
        this.slot = slot;
        this.socket = socket;
    }

    /**
     * Waits for a place and connects.
     *
     * @param guest whom the place is counted for
     * @throws SessionEnd if no place came free in time, clamd cannot be reached, or the session was
     *     stopped meanwhile
     */
    static Backend open(
            SessionContext context,
            SessionControl control,
            BackendSlots slots,
            Object guest,
            Limits limits)
            throws SessionEnd {
        control.beginWork();
        BackendSlots.Waiter request = slots.request(guest, limits.weight());
        control.waitFor(request);
        long now = context.nanoClock().getAsLong();
        Optional<BackendSlots.Slot> slot = request.await(now + limits.queueTimeout().toNanos());
        control.waitedEnough();
        if (slot.isEmpty()) {
            control.throwIfEnded();
            throw new SessionEnd(Termination.QUEUE_TIMEOUT);
        }
        return connect(context, control, slot.get());
    }

    private static Backend connect(
            SessionContext context, SessionControl control, BackendSlots.Slot slot)
            throws SessionEnd {
        StreamSocket socket;
        try {
            socket = context.clamd().connect(CONNECT_LIMIT);
        } catch (IOException e) {
            slot.close();
            throw new SessionEnd(Termination.CLAMD_UNREACHABLE, e.getMessage());
        } catch (RuntimeException | OutOfMemoryError e) {
            slot.close();
            throw e;
        }
        Backend backend = new Backend(context, control, slot, socket);
        try {
            control.attach(socket);
            return backend;
        } catch (SessionEnd end) {
            backend.close();
            throw end;
        }
    }

    /**
     * Sends bytes of the canonical command or of declared chunks.
     *
     * @throws IOException if clamd has stopped reading
     */
    void send(ByteBuffer bytes, long deadlineNanos, Termination onExpiry)
            throws IOException, SessionEnd {
        control.enter(Phase.BACKEND, deadlineNanos, onExpiry);
        try {
            socket.write(bytes);
        } catch (IOException e) {
            control.throwIfEnded();
            throw e;
        }
    }

    /**
     * Waits for the reply to a complete request.
     *
     * @throws SessionEnd if it does not come in time or not at all
     */
    Reply receive(Command asked, ByteBuffer scratch, long deadlineNanos, Termination onExpiry)
            throws SessionEnd {
        control.enter(Phase.BACKEND, deadlineNanos, onExpiry);
        scratch.clear().limit(Math.min(scratch.capacity(), ReplyParser.LONGEST_REPLY_BYTES));
        try {
            while (scratch.hasRemaining() && !endsWithNul(scratch) && socket.read(scratch) >= 0) {
                // to the terminator, the end of the stream, or the cap
            }
        } catch (IOException _) {
            // what was received before the loss may still be a whole reply
        }
        control.throwIfEnded();
        if (scratch.position() == 0) {
            throw new SessionEnd(Termination.CLAMD_CLOSED);
        }
        byte[] bytes = new byte[scratch.position()];
        scratch.flip().get(bytes);
        Reply reply = ReplyParser.parse(asked, bytes);
        return reply instanceof Reply.Clean ? confirmed(reply, scratch) : reply;
    }

    /**
     * Takes a stream for clean only once clamd has closed in good order, which it does after every
     * reply. More bytes are more than one reply, and a reset says that clamd closed with a part of
     * the stream unread (unix(7), tcp(7)): then its OK cannot be about this stream.
     */
    private Reply confirmed(Reply clean, ByteBuffer scratch) throws SessionEnd {
        long deadline = context.nanoClock().getAsLong() + LAST_WORDS_LIMIT.toNanos();
        control.enter(Phase.BACKEND, deadline, Termination.CLAMD_REPLY_MALFORMED);
        int more;
        try {
            more = socket.read(scratch.clear());
        } catch (IOException e) {
            control.throwIfEnded();
            return new Reply.Malformed("an OK, but then " + e.getMessage());
        }
        control.throwIfEnded();
        return more < 0 ? clean : new Reply.Malformed("an OK, but then more");
    }

    /**
     * What clamd said before it stopped reading in the middle of a stream. Only a failure can be
     * said there: a verdict on half a stream is none.
     *
     * @throws SessionEnd if it said nothing
     */
    Reply receiveEarly(ByteBuffer scratch) throws SessionEnd {
        long deadline = context.nanoClock().getAsLong() + LAST_WORDS_LIMIT.toNanos();
        Reply reply = receive(Command.INSTREAM, scratch, deadline, Termination.CLAMD_CLOSED);
        return reply instanceof Reply.Failed
                ? reply
                : new Reply.Malformed("an answer before the end of the stream");
    }

    private static boolean endsWithNul(ByteBuffer received) {
        return received.position() > 0 && received.get(received.position() - 1) == 0;
    }

    /**
     * Closes the connection and gives the place back. clamd may go on scanning what it has; what a
     * place bounds is the connections that clamd still reads from, and this is none any more.
     */
    @Override
    public void close() {
        control.detach();
        socket.close();
        slot.close();
    }
}
