package clamd.vproxy.supervisor.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Arrays;

/** One connection of a guest, byte for byte. Confined to one thread. */
public final class GuestClient implements AutoCloseable {
    private final SocketChannel channel;

    private GuestClient(SocketChannel channel) {
        this.channel = channel;
    }

    /** Connects to the guest's own socket. */
    public static GuestClient at(Path socket) throws IOException {
        return new GuestClient(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
    }

    /** Sends this text, a byte for each character. */
    public GuestClient says(String text) throws IOException {
        return says(text.getBytes(ISO_8859_1));
    }

    /** Sends these bytes. */
    public GuestClient says(byte[] bytes) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        while (rest.hasRemaining()) {
            channel.write(rest);
        }
        return this;
    }

    /** Sends the header of a chunk and these bytes, which may be fewer than it announces. */
    public GuestClient begins(int announced, byte[] bytes) throws IOException {
        return says(ByteBuffer.allocate(4).putInt(announced).array()).says(bytes);
    }

    /** Sends one whole chunk. */
    public GuestClient chunk(byte[] bytes) throws IOException {
        return begins(bytes.length, bytes);
    }

    /** Sends the end marker. */
    public GuestClient end() throws IOException {
        return says(new byte[4]);
    }

    /** Ends its side of the connection. */
    public GuestClient halfCloses() throws IOException {
        channel.shutdownOutput();
        return this;
    }

    /** All that comes until the other side ends; a reset is a failure. */
    public String hears() throws IOException {
        return new String(Channels.newInputStream(channel).readAllBytes(), ISO_8859_1);
    }

    /** What one read returns, as for clients that take that for the whole reply. */
    public String readsOnce() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(4096);
        channel.read(bytes);
        return new String(bytes.array(), 0, bytes.position(), ISO_8859_1);
    }

    /** All that comes up to and including the next terminator. */
    public String hearsLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (channel.read(one.clear()) == 1) {
            line.write(one.get(0));
            if (one.get(0) == 0 || one.get(0) == '\n') {
                break;
            }
        }
        return line.toString(ISO_8859_1);
    }

    /** Sends {@code content} as one stream in chunks of 8 KiB, as clamdscan does. */
    public GuestClient streams(byte[] content) throws IOException {
        says("zINSTREAM\0");
        for (int from = 0; from < content.length; from += 8192) {
            chunk(Arrays.copyOfRange(content, from, Math.min(content.length, from + 8192)));
        }
        return end();
    }

    /** Closes before the test is over. */
    public void leaves() throws IOException {
        channel.close();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
