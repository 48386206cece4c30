package clamd.vproxy.worker.testing;

import clamd.vproxy.worker.net.ChannelSocket;
import clamd.vproxy.worker.net.StreamSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A guest on a real connection: a pair of Unix sockets. Confined to the thread of the test. */
public final class TestGuest implements AutoCloseable {
    private final SocketChannel channel;
    private final StreamSocket ours;

    private TestGuest(SocketChannel channel, StreamSocket ours) {
        this.channel = channel;
        this.ours = ours;
    }

    /** A connected pair; {@code folder} holds the name that it needs for a moment. */
    public static TestGuest connect(Path folder) {
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            Path path = Files.createTempFile(folder, "guest", "");
            Files.delete(path);
            listener.bind(UnixDomainSocketAddress.of(path));
            SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path));
            StreamSocket ours = new ChannelSocket(listener.accept());
            Files.delete(path);
            return new TestGuest(channel, ours);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The end of the connection that is ours to serve. */
    public StreamSocket ours() {
        return ours;
    }

    /** Sends all of it; each character is a byte. */
    public TestGuest send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public TestGuest send(byte[] bytes) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        while (rest.hasRemaining()) {
            channel.write(rest);
        }
        return this;
    }

    /** Says that nothing more will be sent. */
    public TestGuest halfClose() throws IOException {
        channel.shutdownOutput();
        return this;
    }

    /** What was received until the other end closed or reset the connection. */
    public String receiveAll() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(4096);
        try {
            while (channel.read(buffer.clear()) >= 0) {
                all.write(buffer.array(), 0, buffer.position());
            }
        } catch (IOException _) {
            // a reset behind the text does not take it away
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    /** What was received until the other end closed; then closes, too. */
    public String receiveAllAndClose() {
        String received = receiveAll();
        close();
        return received;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
