package clamd.vproxy.supervisor.differential;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Stands in for clamd and keeps every byte of every connection, answering so that sessions end as
 * they should. Serves one connection after the other. Thread-safe, guarded by itself.
 */
final class RecordingClamd implements AutoCloseable {
    private static final String PROBE = "probe";

    private final Path socket;
    private final ServerSocketChannel listening;

    @GuardedBy("this")
    private final List<String> connections = new ArrayList<>();

    RecordingClamd(Path socket) throws IOException {
        this.socket = socket;
        listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listening.bind(UnixDomainSocketAddress.of(socket), 200);
        Thread.ofPlatform().daemon().name("recording-clamd").start(this::serveAll);
    }

    Path socket() {
        return socket;
    }

    /** All that came since the last call, an entry for each connection that was made before it. */
    List<String> take() throws IOException {
        // one after the other: when this one is answered, those before it have been served
        try (SocketChannel probe = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            probe.write(ByteBuffer.wrap(PROBE.getBytes(ISO_8859_1)));
            probe.shutdownOutput();
            while (probe.read(ByteBuffer.allocate(1)) >= 0) {
                // to the end
            }
        }
        synchronized (this) {
            List<String> taken = List.copyOf(connections);
            connections.clear();
            return taken;
        }
    }

    private void serveAll() {
        try {
            while (true) {
                try (SocketChannel channel = listening.accept()) {
                    serve(channel);
                }
            }
        } catch (IOException _) {
            // closed
        }
    }

    private void serve(SocketChannel channel) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            ByteBuffer buffer = ByteBuffer.allocate(8192);
            boolean answered = false;
            while (channel.read(buffer.clear()) >= 0) {
                all.write(buffer.array(), 0, buffer.position());
                String answer = answered ? "" : Request.of(all.toString(ISO_8859_1)).answer();
                if (!answer.isEmpty()) {
                    answered = true;
                    channel.write(ByteBuffer.wrap(answer.getBytes(ISO_8859_1)));
                    channel.shutdownOutput();
                }
            }
        } catch (IOException _) {
            // what came before is kept
        }
        String request = all.toString(ISO_8859_1);
        if (!request.equals(PROBE)) {
            synchronized (this) {
                connections.add(request);
            }
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
