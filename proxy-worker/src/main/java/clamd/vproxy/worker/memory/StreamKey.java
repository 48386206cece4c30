package clamd.vproxy.worker.memory;

import java.nio.ByteBuffer;

/**
 * The content of a stream: its SHA-256, which covers the length, too (FIPS 180-4, padding).
 * Immutable; a record of four numbers because a memory has a hundred thousand of them.
 */
public record StreamKey(long first, long second, long third, long fourth) {
    /** Of the 32 bytes of a SHA-256. */
    public static StreamKey of(byte[] sha256) {
        ByteBuffer bytes = ByteBuffer.wrap(sha256);
        return new StreamKey(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
    }

    /** All bits of a hash are as good as any. */
    @Override
    public int hashCode() {
        return (int) first;
    }
}
