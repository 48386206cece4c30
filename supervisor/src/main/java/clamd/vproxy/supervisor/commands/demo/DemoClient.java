package clamd.vproxy.supervisor.commands.demo;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A scanner's client as it runs inside a guest. It reaches the supervisor through the socket that a
 * VMM would connect to on the guest's behalf. Like clamdscan, it opens one connection for each
 * request. Immutable.
 *
 * @param socket the guest's hybrid vsock socket for the supervisor's port
 */
record DemoClient(Path socket) {
    private static final int CHUNK_BYTES = 8192;

    /** Sends {@code zNAME\0} and returns the reply without its terminator. */
    String command(String name) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            write(channel, ByteBuffer.wrap(terminated(name)));
            return reply(channel);
        }
    }

    /** Streams {@code content} to be scanned and returns the reply without its terminator. */
    String scan(byte[] content) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            try {
                write(channel, ByteBuffer.wrap(terminated("INSTREAM")));
                for (int from = 0; from < content.length; from += CHUNK_BYTES) {
                    int length = Math.min(CHUNK_BYTES, content.length - from);
                    write(channel, ByteBuffer.allocate(4).putInt(0, length));
                    write(channel, ByteBuffer.wrap(content, from, length));
                }
                write(channel, ByteBuffer.allocate(4));
            } catch (IOException _) {
                // refused in mid-stream: the reply says why
            }
            return reply(channel);
        }
    }

    private static byte[] terminated(String name) {
        return ("z" + name + "\0").getBytes(StandardCharsets.US_ASCII);
    }

    private static void write(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static String reply(SocketChannel channel) throws IOException {
        byte[] bytes = Channels.newInputStream(channel).readAllBytes();
        return new String(bytes, StandardCharsets.US_ASCII).replaceAll("[\0\n]$", "");
    }
}
