package clamd.vproxy.worker.benchmark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Many connections at once that do nothing by themselves. Confined to one thread. */
final class Crowd implements AutoCloseable {
    private static final int DECLARED_BYTES = 64 << 10;
    private static final int SENT_BYTES = 8 << 10;

    private final List<SocketChannel> connections = new ArrayList<>();

    void connect(Path socket) throws IOException {
        connections.add(Request.connect(socket));
    }

    int size() {
        return connections.size();
    }

    /** Has each begin to send a file, and fall silent in the middle of a chunk. */
    void beginStreams() throws IOException {
        byte[] command = Request.ascii("zINSTREAM\0");
        ByteBuffer beginning =
                ByteBuffer.allocateDirect(command.length + 4 + SENT_BYTES)
                        .put(command)
                        .putInt(DECLARED_BYTES)
                        .put(Request.noise(SENT_BYTES))
                        .flip();
        for (SocketChannel connection : connections) {
            Request.write(connection, beginning.rewind());
        }
    }

    /** Has each ask for a PONG, and waits for all of them. */
    void ping() throws IOException {
        ByteBuffer ping = ByteBuffer.wrap(Request.ascii("zPING\0"));
        for (SocketChannel connection : connections) {
            Request.write(connection, ping.rewind());
        }
        for (SocketChannel connection : connections) {
            Request.expect(connection, "PONG\0");
        }
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel connection : connections) {
            connection.close();
        }
    }
}
