package clamd.vproxy.worker.session;

import clamd.vproxy.policies.Command;
import clamd.vproxy.policies.Limit;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.worker.clamd.BackendSlots;
import clamd.vproxy.worker.clamd.ClamdConnection;
import clamd.vproxy.worker.fair.ScanSlots;
import clamd.vproxy.worker.protocol.Reply;
import clamd.vproxy.worker.protocol.ReplyParser;
import clamd.vproxy.worker.session.SessionControl.Phase;
import clamd.vproxy.worker.spool.Spool;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A session's only connection to clamd, with the permit and, for a scan, the scan slot that it
 * holds there. It carries one canonical command written by the daemon; the guest's own command
 * bytes are never forwarded.
 *
 * <p>Confined to the session thread.
 */
final class Backend implements AutoCloseable {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

    /** The time limit for clamd's final bytes or its close, once no more work is outstanding. */
    private static final Duration LAST_WORDS_LIMIT = Duration.ofSeconds(2);

    private final Serving serving;
    private final SessionControl control;
    private final BackendSlots.Slot place;
    private final ClamdConnection socket;

    /** The part of the stream that clamd holds in its spool; null for other commands. */
    private Spool.@Nullable Upload upload;

    private ScanSlots.@Nullable Slot scanSlot;
    private boolean scanning;
    private long sentNanos;

    private Backend(Serving serving, BackendSlots.Slot place, ClamdConnection socket) {
        this.serving = serving;
        this.control = serving.control();
        this.place = place;
        this.socket = socket;
        this.sentNanos = serving.now();
    }

    /**
     * Opens a connection for a stream, like {@link #open}, and counts the bytes sent in the spool.
     *
     * @throws SessionEnd under the conditions of {@link #open}
     */
    static Backend openStream(Serving serving) throws SessionEnd {
        SessionContext context = serving.context();
        Backend backend = open(serving, context.clamds().uploads());
        try {
            backend.upload =
                    context.spool()
                            .open(
                                    serving.share().owner(),
                                    serving.share().spoolBounds(serving.limits()),
                                    context.largestStreamBytes(serving.limits()));
            return backend;
        } catch (RuntimeException | Error e) {
            backend.close();
            throw e;
        }
    }

    /**
     * Waits for a permit and connects. If the permit's clamd cannot be reached, tries another
     * clamd, which is safe because nothing was sent yet.
     *
     * @param slots grants the permit, and limits the wait for a clamd that is up
     * @throws SessionEnd if no permit was free in time, no clamd is reachable, or the session was
     *     stopped in the meantime
     */
    static Backend open(Serving serving, BackendSlots slots) throws SessionEnd {
        serving.control().beginWork();
        Limits limits = serving.limits();
        BackendSlots.Waiter request =
                slots.request(serving.share().owner(), serving.share().weight(limits));
        long deadline = serving.now() + limits.queueTimeout().toNanos();
        while (true) {
            BackendSlots.Slot place = awaitPlace(serving.control(), request, deadline);
            if (!serving.service().mayWork()) {
                place.close();
                throw new SessionEnd(Termination.HOST_LIMIT);
            }
            try {
                return new Backend(serving, place, connect(place)).attached();
            } catch (IOException e) {
                request.notConnected(place, e);
            }
        }
    }

    private Backend attached() throws SessionEnd {
        try {
            control.attach(socket);
            return this;
        } catch (SessionEnd end) {
            close();
            throw end;
        }
    }

    private static BackendSlots.Slot awaitPlace(
            SessionControl control, BackendSlots.Waiter request, long deadlineNanos)
            throws SessionEnd {
        Optional<BackendSlots.Slot> place =
                control.await(request::withdraw, () -> request.await(deadlineNanos));
        if (place.isPresent()) {
            return place.get();
        }
        control.throwIfEnded();
        Optional<String> noClamd = request.noClamd();
        throw noClamd.isPresent()
                ? new SessionEnd(Termination.CLAMD_UNREACHABLE, noClamd.get())
                : new SessionEnd(Termination.QUEUE_TIMEOUT);
    }

    private static ClamdConnection connect(BackendSlots.Slot place) throws IOException {
        try {
            return place.clamd().endpoint().connect(CONNECT_LIMIT);
        } catch (RuntimeException | Error e) {
            place.close();
            throw e;
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
            sentNanos = serving.now();
        } catch (IOException e) {
            control.throwIfEnded();
            throw e;
        }
    }

    /**
     * Takes room in the spool for bytes of the stream; returns false if there is none at present.
     */
    boolean takeRoom(long bytes) {
        return stream().tryTake(bytes);
    }

    /**
     * Waits for room in the spool until shortly before clamd would drop the silent stream.
     *
     * @param patienceEndsNanos when to give up at the latest, on the monotonic clock
     * @throws SessionEnd if there was no room in time, or the session was stopped in the meantime
     */
    void awaitRoom(long bytes, long patienceEndsNanos) throws SessionEnd {
        Spool.Upload stream = stream();
        long giveUp = earlier(patienceEndsNanos, clamdDropsNanos());
        boolean taken = control.await(stream::withdraw, () -> stream.take(bytes, giveUp));
        control.throwIfEnded();
        if (!taken) {
            throw stream.waitsForTenant(bytes)
                    ? new SessionEnd(
                            Termination.SPOOL_TIMEOUT,
                            serving.share().tenant().reason(Limit.MAX_SPOOL_SIZE))
                    : new SessionEnd(Termination.SPOOL_TIMEOUT);
        }
    }

    private Spool.Upload stream() {
        if (upload == null) {
            throw new IllegalStateException("not a stream");
        }
        return upload;
    }

    static long earlier(long oneNanos, long otherNanos) {
        return oneNanos - otherNanos < 0 ? oneNanos : otherNanos;
    }

    /** Returns the time at which clamd would drop the stream if it received no more bytes. */
    long clamdDropsNanos() {
        return sentNanos + place.clamd().times().longestHold().toNanos();
    }

    /**
     * Takes a scan slot without waiting.
     *
     * @return false if no slot is free, or another session is next
     */
    boolean tryScanSlot(long bytes) {
        scanSlot = requestScanSlot(bytes).await(serving.now()).orElse(null);
        return scanSlot != null;
    }

    private ScanSlots.Request requestScanSlot(long bytes) {
        return place.clamd()
                .scans()
                .request(serving.share().owner(), serving.share().weight(serving.limits()), bytes);
    }

    /**
     * Waits for a scan slot for the stream that was sent. None of the guest's timeouts runs during
     * this wait, because the guest does not cause the queue. The wait is bounded by the queue
     * timeout, and by the time after which clamd drops a silent stream.
     *
     * @param bytes the stream's length
     * @throws SessionEnd if no slot became free in time, or the session was stopped in the meantime
     */
    void awaitScanSlot(long bytes) throws SessionEnd {
        ScanSlots.Request request = requestScanSlot(bytes);
        long patienceEnds = serving.now() + serving.limits().queueTimeout().toNanos();
        long giveUp = earlier(patienceEnds, clamdDropsNanos());
        Optional<ScanSlots.Slot> slot =
                control.await(request::withdraw, () -> request.await(giveUp));
        if (slot.isEmpty()) {
            control.throwIfEnded();
            throw new SessionEnd(Termination.SLOT_TIMEOUT);
        }
        scanSlot = slot.get();
    }

    /**
     * Lets clamd scan the stream, for which a scan slot was taken.
     *
     * @param rest the bytes still to be sent: any remaining data, then the end marker, at which
     *     clamd begins to scan
     * @throws IOException if clamd has stopped reading
     * @throws SessionEnd if the reply does not come in time or not at all
     */
    Reply scan(ByteBuffer rest, ByteBuffer scratch, long deadlineNanos)
            throws IOException, SessionEnd {
        // must be first: once the marker is sent, the connection must survive the end of the
        // session
        socket.makeInterruptible();
        control.spareBackend();
        send(rest, deadlineNanos, Termination.STREAM_TIMEOUT);
        scanning = true;
        return receive(Command.INSTREAM, scratch, deadlineNanos, Termination.STREAM_TIMEOUT);
    }

    /**
     * Waits for the reply to a complete request.
     *
     * @throws SessionEnd if the reply does not arrive in time or at all
     */
    Reply receive(Command asked, ByteBuffer scratch, long deadlineNanos, Termination onExpiry)
            throws SessionEnd {
        control.enter(Phase.BACKEND, deadlineNanos, onExpiry);
        scratch.clear().limit(Math.min(scratch.capacity(), ReplyParser.LONGEST_REPLY_BYTES));
        try {
            while (scratch.hasRemaining() && !endsWithNul(scratch) && socket.read(scratch) >= 0) {
                // read up to the terminator, the end of the stream, or the size limit
                scanning = false;
            }
            scanning = false;
        } catch (InterruptedIOException _) {
            // another thread interrupted the wait; the scan continues
        } catch (IOException _) {
            // the bytes received before the loss may still be a complete reply
            scanning = false;
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
     * Accepts an OK only after clamd has closed the connection in an orderly way, as it does after
     * every reply. Further bytes mean more than one reply, and a reset means that clamd closed with
     * a part of the stream unread (unix(7), tcp(7)); in both cases its OK cannot apply to this
     * stream.
     */
    private Reply confirmed(Reply clean, ByteBuffer scratch) throws SessionEnd {
        long deadline = serving.now() + LAST_WORDS_LIMIT.toNanos();
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
     * Reads the reply that clamd sent before it stopped reading in the middle of a stream. Only an
     * error is accepted there, because a verdict on half a stream is invalid.
     *
     * @throws SessionEnd if clamd sent no reply
     */
    Reply receiveEarly(ByteBuffer scratch) throws SessionEnd {
        long deadline = serving.now() + LAST_WORDS_LIMIT.toNanos();
        Reply reply = receive(Command.INSTREAM, scratch, deadline, Termination.CLAMD_CLOSED);
        return reply instanceof Reply.Failed
                ? reply
                : new Reply.Malformed("an answer before the end of the stream");
    }

    private static boolean endsWithNul(ByteBuffer received) {
        return received.position() > 0 && received.get(received.position() - 1) == 0;
    }

    /**
     * Closes the connection and releases the permit, slot and room that it held. If a scan is still
     * running, hands all of them to {@link AbandonedScans} instead.
     */
    @Override
    public void close() {
        control.detach();
        ScanSlots.Slot slot = scanSlot;
        if (scanning && slot != null) {
            long deadline = sentNanos + place.clamd().times().longestScan().toNanos();
            serving.context().abandoned().takeOver(socket, place, stream(), slot, deadline);
            return;
        }
        try {
            socket.close();
        } finally {
            giveBack(slot);
        }
    }

    private void giveBack(ScanSlots.@Nullable Slot slot) {
        if (slot != null) {
            slot.close();
        }
        if (upload != null) {
            upload.close();
        }
        place.close();
    }
}
