package clamd.vproxy.worker.protocol;

import java.nio.ByteBuffer;

/**
 * Follows the chunks of one INSTREAM through the buffers they arrive in, and says how many bytes of
 * each buffer may go to clamd as they are.
 *
 * <p>A chunk is a 4-byte unsigned big-endian length and that many bytes; the length 0 is the end
 * marker ({@code clamd/server-th.c:handle_stream}). A header is forwarded only once it is complete
 * and within the limits, so clamd sees nothing but declared chunks that the guest's policy allows.
 * The end marker is never among the bytes to forward: its sending is the session's decision.
 *
 * <p>Confined to the session thread.
 */
public final class ChunkWalk {
    private static final int HEADER_BYTES = 4;

    /**
     * clamd's one reading thread does a write and a move for each chunk, so a guest that sends
     * single bytes would slow every other guest's uploads. Clients send 2 KiB and more at a time;
     * this many chunks are free, then there must be so many bytes to each.
     */
    private static final int FREE_CHUNKS = 4096;

    private static final int MIN_MEAN_CHUNK_BYTES = 256;

    /** Where the stream stands. All but {@link #OPEN} are final. */
    public enum State {
        /** More chunks may come. */
        OPEN,
        /** The end marker was read. */
        ENDED,
        /** A chunk was declared larger than a chunk may be. */
        CHUNK_TOO_LARGE,
        /** The stream came in more chunks than any client needs for so many bytes. */
        CHUNKS_TOO_SMALL,
        /** A chunk was declared that would make the stream larger than a stream may be. */
        STREAM_TOO_LARGE
    }

    /** Is shown the stream's data, in place. */
    @FunctionalInterface
    public interface Payload {
        /**
         * Some of the stream's data is at {@code from}, and ends before {@code to}.
         *
         * @param buffer as it was given to the walk, and to be left so
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

    /** The length of the chunk that was declared last, also if it was refused. */
    private long last;

    /** A walk that lets pass chunks and a sum of chunks of at most these lengths, in bytes. */
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
     *     State#OPEN}, what is left behind them is an incomplete header of at most three bytes,
     *     which is to be offered again, followed by the bytes that arrive next.
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

    /** Where the stream stands after the last {@link #walk}. */
    public State state() {
        return state;
    }

    /** The largest chunk that was declared so far in bytes, also if it was refused; 0 = none. */
    public long largestChunkBytes() {
        return largest;
    }

    /**
     * The sum of all chunk lengths that were declared so far in bytes, the one that was refused for
     * its size included.
     */
    public long declaredBytes() {
        return state == State.CHUNK_TOO_LARGE || state == State.STREAM_TOO_LARGE
                ? declared + last
                : declared;
    }

    /** The stream's data so far in bytes, without headers: what was declared and has arrived. */
    public long streamBytes() {
        return declared - chunkLeft;
    }
}
