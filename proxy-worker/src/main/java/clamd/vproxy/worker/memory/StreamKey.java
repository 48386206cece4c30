package clamd.vproxy.worker.memory;

import java.nio.ByteBuffer;

/**
 * Identifies the content of a stream by the first 192 bits of its SHA-256, which also covers the
 * length (FIPS 180-4, padding). Finding two contents with the same key takes 2^96 attempts.
 * Immutable; a record of three numbers to save space, because a memory holds a hundred thousand
 * keys.
 */
public record StreamKey(long first, long second, long third) {
    /** Returns the key for a SHA-256, of which it keeps the first 24 of 32 bytes. */
    public static StreamKey of(byte[] sha256) {
        ByteBuffer bytes = ByteBuffer.wrap(sha256);
        return new StreamKey(bytes.getLong(), bytes.getLong(), bytes.getLong());
    }

    /**
     * Returns the first bits of the key, because all bits of a SHA-256 are equally well
     * distributed.
     */
    @Override
    public int hashCode() {
        return (int) first;
    }
}
