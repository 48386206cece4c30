package clamd.vproxy.worker.memory;

import java.nio.ByteBuffer;

/**
 * The content of a stream: the first 192 bits of its SHA-256, which covers the length, too (FIPS
 * 180-4, padding). Finding two contents with one key takes 2^96 attempts. Immutable; a record of
 * three numbers, because a memory holds a hundred thousand keys.
 */
public record StreamKey(long first, long second, long third) {
    /** How many of the 32 bytes of a SHA-256 are kept. */
    public static StreamKey of(byte[] sha256) {
        ByteBuffer bytes = ByteBuffer.wrap(sha256);
        return new StreamKey(bytes.getLong(), bytes.getLong(), bytes.getLong());
    }

    /** All bits of a hash are as good as any. */
    @Override
    public int hashCode() {
        return (int) first;
    }
}
