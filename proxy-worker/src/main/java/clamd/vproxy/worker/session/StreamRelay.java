package clamd.vproxy.worker.session;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.worker.protocol.ChunkWalk;
import clamd.vproxy.worker.protocol.Reply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Relays one stream from a guest to clamd. The relay reads into one direct buffer, parses the chunk
 * headers in place and writes the same bytes to clamd: no copy, no re-chunking, one read and one
 * write per buffer.
 *
 * <pre>
 *   the buffer | zINSTREAM\0 | header data data header dat | 0 to 3 bytes of a header |
 *                the command,  what the walk lets pass       kept for the next read
 *                first time only
 * </pre>
 *
 * <p>With the verdict memory enabled, a stream that fits the buffer stays there until its end: a
 * remembered verdict then needs no connection to clamd and no permit.
 *
 * <p>Confined to the session thread.
 */
final class StreamRelay implements AutoCloseable {
    private static final byte[] COMMAND = "zINSTREAM\0".getBytes(StandardCharsets.US_ASCII);
    private static final int END_MARKER_BYTES = 4;

    private final Serving serving;
    private final SessionContext context;
    private final SessionControl control;
    private final SessionMeter meter;
    private final Limits limits;
    private final ChunkWalk walk;
    private final StreamMemory memory;
    private final @Nullable StreamHash hash;
    private final ByteBuffer scratch;
    private final DailyQuota daily;
    private final StreamInput input;

    private ByteBuffer buffer;
    private BufferPool.@Nullable Loan loan;
    private @Nullable Backend backend;
    private long deadlineNanos;
    private long endedNanos;
    private boolean commandSent;
    private long spooledBytes;

    /**
     * Creates a relay for a stream whose command has just been accepted.
     *
     * @param scratch the session's small buffer, used until the first chunk header arrives, so that
     *     a guest that sends only INSTREAM needs no large buffer
     */
    StreamRelay(Serving serving, ByteBuffer scratch) {
        this.serving = serving;
        this.context = serving.context();
        this.control = serving.control();
        this.meter = serving.meter();
        this.limits = serving.limits();
        this.walk = new ChunkWalk(limits.maxChunkBytes(), context.largestStreamBytes(limits));
        this.memory = new StreamMemory(serving);
        boolean hashed = context.audited() && limits.hashStreams();
        this.hash = hashed || memory.isOn() ? new StreamHash() : null;
        this.deadlineNanos = serving.now() + limits.streamTimeout().toNanos();
        this.scratch = scratch;
        this.daily = new DailyQuota(serving.share(), limits);
        this.input = new StreamInput(serving);
        this.buffer = scratch;
    }

    /**
     * Relays the stream and waits for clamd's reply, which may come before the stream's end.
     *
     * @throws SessionEnd if there is no reply
     */
    Reply relay() throws SessionEnd {
        daily.requireSomeLeft();
        int held = 0;
        int kept = 0;
        while (true) {
            int from = (backend == null ? COMMAND.length : 0) + held;
            buffer.clear().limit(readLimit()).position(from + kept);
            input.read(buffer, deadlineNanos);
            int end = buffer.position();
            buffer.flip().position(from);
            int passed = hash == null ? walk.walk(buffer) : walk.walk(buffer, hash);
            meter.streamed(walk.streamBytes(), walk.largestChunkBytes());
            throwIfOverLimit();
            daily.takeBytes(walk.streamBytes());
            try {
                boolean ended = walk.state() == ChunkWalk.State.ENDED;
                if (ended) {
                    endRead(from + passed + END_MARKER_BYTES);
                }
                Optional<Reply> remembered = ended ? remembered() : Optional.empty();
                if (remembered.isPresent()) {
                    return remembered.get();
                }
                if (!ended && passed + held > 0 && mayHold(end)) {
                    control.beginWork();
                    held += passed;
                    kept = end - from - passed;
                    continue;
                }
                boolean first = backend == null && (passed + held > 0 || ended);
                if (first) {
                    connect(end);
                }
                boolean more = first || passed > 0;
                if (ended) {
                    return finish(from + passed, more, first);
                }
                if (more) {
                    takeRoom(from + passed);
                    send();
                }
            } catch (IOException e) {
                return replyAfter(e);
            }
            held = 0;
            kept = keepTail(from + passed, end);
        }
    }

    /**
     * Whether the data in the buffer up to {@code end} can stay there until the rest of the stream
     * arrives.
     */
    private boolean mayHold(int end) {
        if (!memory.isOn() || backend != null) {
            return false;
        }
        if (end < readLimit()) {
            return true;
        }
        Optional<BufferPool.Loan> large =
                loan == null && end < context.buffers().bufferBytes()
                        ? context.buffers().lendAhead()
                        : Optional.empty();
        large.ifPresent(lent -> growInto(lent, end));
        return large.isPresent();
    }

    /** Moves the data up to {@code end} into a large buffer. */
    private void growInto(BufferPool.Loan large, int end) {
        loan = large;
        buffer = large.buffer().put(0, buffer, 0, end);
    }

    /** Returns the number of bytes that both the current buffer and a large buffer can hold. */
    private int readLimit() {
        return Math.min(buffer.capacity(), context.buffers().bufferBytes());
    }

    private void throwIfOverLimit() throws SessionEnd {
        switch (walk.state()) {
            case CHUNK_TOO_LARGE ->
                    throw new SessionEnd(
                            Termination.CHUNK_LIMIT,
                            "a chunk of %d bytes, maxChunkSize is %d"
                                    .formatted(walk.largestChunkBytes(), limits.maxChunkBytes()));
            case STREAM_TOO_LARGE ->
                    throw new SessionEnd(
                            Termination.STREAM_LIMIT,
                            "a stream of %d bytes or more, %s"
                                    .formatted(walk.declaredBytes(), streamLimit()));
            case CHUNKS_TOO_SMALL -> throw new SessionEnd(Termination.CHUNKS_TOO_SMALL);
            case OPEN, ENDED -> {}
        }
    }

    private String streamLimit() {
        long clamds = context.largestHonestStreamBytes();
        return clamds < limits.maxStreamBytes()
                ? "clamd scans no more than " + clamds
                : "maxStreamSize is " + limits.maxStreamBytes();
    }

    /**
     * Finishes reading the stream, and puts back the data after its end marker, which may be the
     * next request.
     */
    private void endRead(int behindMarker) {
        endedNanos = serving.now();
        serving.input().putBack(buffer.duplicate().position(behindMarker));
        if (hash != null) {
            byte[] sha256 = hash.sha256();
            meter.hashed(HexFormat.of().formatHex(sha256));
            memory.received(sha256);
        }
    }

    /**
     * Returns clamd's remembered verdict on this content, or the verdict of a scan that is running.
     */
    private Optional<Reply> remembered() throws SessionEnd {
        if (!memory.isOn()) {
            return Optional.empty();
        }
        // let a complete stream finish, although it may never reach clamd
        control.beginWork();
        if (!serving.service().mayWork()) {
            throw new SessionEnd(Termination.HOST_LIMIT);
        }
        meter.enter(SessionStep.SLOT);
        long patienceEnds = endedNanos + limits.queueTimeout().toNanos();
        Optional<Reply> found =
                backend == null
                        ? memory.awaitOthers(patienceEnds)
                        : memory.await(Backend.earlier(patienceEnds, backend.clamdDropsNanos()));
        deadlineNanos += meter.enter(SessionStep.UPLOAD);
        return found.isPresent() ? Optional.of(recalled(found.get())) : found;
    }

    /** Returns the remembered reply instead of a scan, and counts it as a scan. */
    private Reply recalled(Reply reply) throws SessionEnd {
        daily.takeScan();
        meter.recalled();
        meter.enter(SessionStep.FAREWELL);
        if (reply instanceof Reply.Clean) {
            requireHonest();
        }
        return reply;
    }

    /** Whether the guest has sent all of the stream. */
    boolean isWhole() {
        return walk.state() == ChunkWalk.State.ENDED;
    }

    /**
     * Connects to clamd and continues in a large buffer, with the command for clamd before the
     * data.
     */
    private void connect(int end) throws IOException, SessionEnd {
        backend = openBackend();
        if (loan == null) {
            growInto(context.buffers().lend(), end);
        } else {
            loan.settle();
        }
        buffer.put(0, COMMAND);
    }

    /**
     * Waits until the spool has room for the buffer's content up to {@code end}, and prepares it
     * for sending.
     */
    private void takeRoom(int end) throws IOException, SessionEnd {
        buffer.limit(end).position(0);
        long more = walk.streamBytes() - spooledBytes;
        if (!opened().takeRoom(more)) {
            sendCommand(end);
            awaitRoom(more);
        }
        commandSent = true;
        spooledBytes += more;
    }

    private void send() throws IOException, SessionEnd {
        opened().send(buffer, deadlineNanos, Termination.STREAM_TIMEOUT);
    }

    /**
     * Sends the command alone, because clamd gives a client less time for its command than for its
     * stream.
     */
    private void sendCommand(int end) throws IOException, SessionEnd {
        if (!commandSent) {
            buffer.limit(COMMAND.length);
            send();
            buffer.limit(end);
        }
    }

    /** Waits for other uploads to end; all such waits of a stream together have one bound. */
    private void awaitRoom(long bytes) throws SessionEnd {
        long patience = limits.queueTimeout().toNanos() - meter.spentNanos(SessionStep.SPOOL_PAUSE);
        meter.enter(SessionStep.SPOOL_PAUSE);
        opened().awaitRoom(bytes, serving.now() + patience);
        deadlineNanos += meter.enter(SessionStep.UPLOAD);
    }

    private Backend openBackend() throws SessionEnd {
        meter.enter(SessionStep.PLACE);
        Backend opened = Backend.openStream(serving);
        // the wait for a permit does not count for the guest's stream timeout
        deadlineNanos += meter.enter(SessionStep.UPLOAD);
        return opened;
    }

    /**
     * Lets clamd scan the stream. If the whole stream is in the buffer and a scan slot is free, the
     * end marker is sent together with the data: for a small stream, a separate write would cost as
     * much as the data itself. For a larger stream, the last write may block, and would hold a slot
     * while there is nothing to scan.
     *
     * @param end where the buffer's content ends
     * @param more whether any of this content is still to be sent
     * @param whole whether the buffer holds the whole stream, of which nothing was sent yet
     */
    private Reply finish(int end, boolean more, boolean whole) throws IOException, SessionEnd {
        // other streams may wait for this one only now that it has a permit
        Optional<Reply> remembered = whole ? remembered() : Optional.empty();
        if (remembered.isPresent()) {
            return remembered.get();
        }
        if (more) {
            takeRoom(end);
        }
        daily.takeScan();
        if (whole && opened().tryScanSlot(walk.streamBytes())) {
            meter.enter(SessionStep.SCAN);
            // the guest's own marker was read to this position, so there is space for it
            buffer.limit(end + END_MARKER_BYTES).putInt(end, 0);
        } else {
            if (more) {
                send();
            }
            awaitScanSlot();
            buffer.clear().putInt(0, 0).limit(END_MARKER_BYTES);
        }
        Reply reply = opened().scan(buffer, scratch, deadlineNanos);
        meter.enter(SessionStep.FAREWELL);
        if (reply instanceof Reply.Clean) {
            requireHonest();
        }
        memory.scanned(reply);
        return reply;
    }

    /**
     * Checks the stream's size again, because clamd's limit may have been lowered since the stream
     * began.
     */
    private void requireHonest() throws SessionEnd {
        long bound = context.largestHonestStreamBytes();
        if (walk.streamBytes() > bound) {
            throw new SessionEnd(
                    Termination.STREAM_LIMIT,
                    "clamd called %d bytes clean, but scans no more than %d"
                            .formatted(walk.streamBytes(), bound));
        }
    }

    private void awaitScanSlot() throws SessionEnd {
        meter.enter(SessionStep.SLOT);
        opened().awaitScanSlot(walk.streamBytes());
        // the wait for a scan slot does not count for the stream timeout either
        deadlineNanos += meter.enter(SessionStep.SCAN);
    }

    private Reply replyAfter(IOException failure) throws SessionEnd {
        try {
            return opened().receiveEarly(scratch);
        } catch (SessionEnd end) {
            Outcome outcome = end.outcome();
            throw outcome.detail().isPresent()
                    ? end
                    : new SessionEnd(outcome.termination(), failure.getMessage());
        }
    }

    /** Moves an incomplete header to the position at which the next read continues. */
    private int keepTail(int tail, int end) {
        int count = end - tail;
        buffer.clear();
        int target = backend == null ? COMMAND.length : 0;
        buffer.put(target, buffer, tail, count);
        return count;
    }

    private Backend opened() {
        if (backend == null) {
            throw new IllegalStateException("not connected to clamd yet");
        }
        return backend;
    }

    @Override
    public void close() {
        memory.close();
        if (backend != null) {
            backend.close();
        }
        if (loan != null) {
            loan.close();
        }
    }
}
