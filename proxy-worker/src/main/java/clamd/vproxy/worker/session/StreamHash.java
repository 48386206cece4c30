package clamd.vproxy.worker.session;

import clamd.vproxy.worker.protocol.ChunkWalk;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Computes the SHA-256 of one stream's data while the stream is relayed. Allocates no objects per
 * buffer. Confined to the session thread.
 */
final class StreamHash implements ChunkWalk.Payload {
    private final MessageDigest digest;

    /** Creates the hash of a stream that has not begun. */
    StreamHash() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    @Override
    public void data(ByteBuffer buffer, int from, int to) {
        int position = buffer.position();
        int limit = buffer.limit();
        buffer.limit(to).position(from);
        digest.update(buffer);
        buffer.limit(limit).position(position);
    }

    /** Returns the hash of all data so far, and resets the computation. */
    byte[] sha256() {
        return digest.digest();
    }
}
