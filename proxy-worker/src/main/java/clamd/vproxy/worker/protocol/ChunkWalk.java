package clamd.vproxy.worker.protocol;

import java.nio.ByteBuffer;

/**
 * Follows the chunks of one INSTREAM through the buffers in which they arrive, and returns how many
 * bytes of each buffer may go to clamd unchanged.
 *
 * <p>A chunk is a 4-byte unsigned big-endian length and that many bytes; the length 0 is the end
 * marker ({@code clamd/server-th.c:handle_stream}). A header may go to clamd only once it is
 * complete and within the limits, so clamd sees only declared chunks that the guest's policy
 * allows. The end marker is never among the bytes to forward: the session decides when to send it.
 *
 * <p>Confined to the session thread.
 */
public final class ChunkWalk {
    private static final int HEADER_BYTES = 4;

    /**
     * The number of chunks without a minimum size; beyond it, a stream must have this many bytes
     * for each chunk. clamd's one reading thread does a write and a move for each chunk, so a guest
     * that sends single bytes would slow down every other guest's uploads. Clients send 2 KiB and
     * more at a time.
     */
    private static final int FREE_CHUNKS = 4096;

    private static final int MIN_MEAN_CHUNK_BYTES = 256;

    /** The state of the stream. All states but {@link #OPEN} are final. */
    public enum State {
        /** More chunks may follow. */
        OPEN,
        /** The end marker was read. */
        ENDED,
        /** The guest declared a chunk above the limit. */
        CHUNK_TOO_LARGE,
        /** The stream has more chunks than any client needs for that many bytes. */
        CHUNKS_TOO_SMALL,
        /** The guest declared a chunk that would make the stream exceed its limit. */
        STREAM_TOO_LARGE
    }

    /** Receives the stream's data, in place. */
    @FunctionalInterface
    public interface Payload {
        /**
         * Receives a piece of the stream's data, from {@code from} to before {@code to}.
         *
         * @param buffer the buffer given to the walk, which must stay unchanged
         */
        void data(ByteBuffer buffer, int from, int to);
    }

    private static final Payload NOBODY = (_, _, _) -> {};

    private final long maxChunkBytes;
    private final long maxStreamBytes;
    private State state = State.OPEN;
    private long chunkLeft;
    private long declared;
    private long chunks;
    private long largest;

    /** The length of the last declared chunk, even if it was refused. */
    private long last;

    /**
     * Creates a walk that accepts chunks, and a sum of chunks, of at most these lengths in bytes.
     */
    public ChunkWalk(long maxChunkBytes, long maxStreamBytes) {
        if (maxChunkBytes < 0 || maxStreamBytes < 0) {
            throw new IllegalArgumentException("negative limit");
        }
        this.maxChunkBytes = maxChunkBytes;
        this.maxStreamBytes = maxStreamBytes;
    }

    /**
     * Walks the bytes between position and limit of {@code buffer} without changing either.
     *
     * @return how many bytes from the position on may be forwarded. While the walk is {@link
     *     State#OPEN}, the rest is an incomplete header of at most three bytes, which the caller
     *     passes again, followed by the bytes that arrive next.
     */
    public int walk(ByteBuffer buffer) {
        return walk(buffer, NOBODY);
    }

    /** Walks the buffer and passes each piece of the stream's data to {@code payload}, in order. */
    public int walk(ByteBuffer buffer, Payload payload) {
        int position = buffer.position();
        while (state == State.OPEN) {
            int present = (int) Math.min(chunkLeft, buffer.limit() - position);
            if (present > 0) {
                payload.data(buffer, position, position + present);
            }
            position += present;
            chunkLeft -= present;
            if (chunkLeft > 0 || buffer.limit() - position < HEADER_BYTES) {
                break;
            }
            state = judge(Integer.toUnsignedLong(buffer.getInt(position)));
            if (state == State.OPEN) {
                position += HEADER_BYTES;
            }
        }
        return position - buffer.position();
    }

    private State judge(long length) {
        if (length == 0) {
            return State.ENDED;
        }
        largest = Math.max(largest, length);
        last = length;
        if (length > maxChunkBytes) {
            return State.CHUNK_TOO_LARGE;
        }
        if (length > maxStreamBytes - declared) {
            return State.STREAM_TOO_LARGE;
        }
        chunks++;
        if (chunks > FREE_CHUNKS + declared / MIN_MEAN_CHUNK_BYTES) {
            return State.CHUNKS_TOO_SMALL;
        }
        chunkLeft = length;
        declared += length;
        return State.OPEN;
    }

    /** Returns the state of the stream after the last {@link #walk}. */
    public State state() {
        return state;
    }

    /** Returns the largest chunk declared so far in bytes, even if it was refused; 0 = none. */
    public long largestChunkBytes() {
        return largest;
    }

    /**
     * Returns the sum of all chunk lengths declared so far in bytes, including one that was refused
     * for its size.
     */
    public long declaredBytes() {
        return state == State.CHUNK_TOO_LARGE || state == State.STREAM_TOO_LARGE
                ? declared + last
                : declared;
    }

    /** Returns the number of data bytes of the stream that have arrived so far, without headers. */
    public long streamBytes() {
        return declared - chunkLeft;
    }
}
