package clamd.vproxy.worker.benchmark;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** A small request: all its bytes in one write, then the reply to its end. Immutable. */
final class Request {
    /** The protocol's least. */
    static final Request PING = new Request("PING", ascii("zPING\0"), "PONG\0");

    /** A file of 4 KiB. */
    static final Request SMALL_FILE =
            new Request("INSTREAM of 4 KiB", stream(4096), "stream: OK\0");

    private final String name;
    private final byte[] bytes;
    private final String reply;

    private Request(String name, byte[] bytes, String reply) {
        this.name = name;
        this.bytes = bytes;
        this.reply = reply;
    }

    private static byte[] stream(int length) {
        byte[] command = ascii("zINSTREAM\0");
        return ByteBuffer.allocate(command.length + 4 + length + 4)
                .put(command)
                .putInt(length)
                .put(noise(length))
                .putInt(0)
                .array();
    }

    /** Bytes that no scanner takes for anything. */
    static byte[] noise(int length) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(20260301);
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    static SocketChannel connect(Path socket) throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(socket));
    }

    String name() {
        return name;
    }

    /**
     * Asks over a new connection and reads to its end.
     *
     * @throws IOException if the reply is another one than it should be
     */
    void exchange(SocketChannel channel) throws IOException {
        write(channel, ByteBuffer.wrap(bytes));
        expect(channel, reply);
    }

    static void write(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    static void expect(SocketChannel channel, String expected) throws IOException {
        ByteBuffer received = ByteBuffer.allocate(256);
        while (received.hasRemaining() && channel.read(received) >= 0) {
            // to the end
        }
        String text = new String(received.array(), 0, received.position(), StandardCharsets.UTF_8);
        if (!text.equals(expected)) {
            throw new IOException("expected \"" + expected + "\", got \"" + text + "\"");
        }
    }
}
