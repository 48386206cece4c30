package clamd.vproxy.supervisor.benchmark;

import clamd.vproxy.worker.protocol.ChunkWalk;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A clamd that reads a stream to its end marker, keeps nothing of it and finds it clean. A process
 * of its own: {@code DrainingClamd SOCKET BYTES_PER_READ}. One connection at a time.
 */
final class DrainingClamd {
    private static final int COMMAND_BYTES = 10;

    private DrainingClamd() {}

    public static void main(String[] arguments) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(Integer.parseInt(arguments[1]));
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(Path.of(arguments[0])));
            while (true) {
                try (SocketChannel connection = server.accept()) {
                    drain(connection, buffer.clear());
                }
            }
        }
    }

    private static void drain(SocketChannel connection, ByteBuffer buffer) throws IOException {
        int skipped = 0;
        while (skipped < COMMAND_BYTES) {
            int count = connection.read(buffer.clear().limit(COMMAND_BYTES - skipped));
            if (count < 0) {
                return;
            }
            skipped += count;
        }
        ChunkWalk walk = new ChunkWalk(Integer.toUnsignedLong(-1), Long.MAX_VALUE);
        buffer.clear();
        while (walk.state() == ChunkWalk.State.OPEN) {
            if (connection.read(buffer) < 0) {
                return;
            }
            buffer.flip();
            buffer.position(walk.walk(buffer)).compact();
        }
        connection.write(ByteBuffer.wrap("stream: OK\0".getBytes(StandardCharsets.US_ASCII)));
    }
}
