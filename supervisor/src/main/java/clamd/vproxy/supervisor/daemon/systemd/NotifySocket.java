package clamd.vproxy.supervisor.daemon.systemd;

import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.newsclub.net.unix.AFUNIXDatagramChannel;
import org.newsclub.net.unix.AFUNIXSocketAddress;

/**
 * Sends notifications to the datagram socket on which systemd listens to its services. Thread-safe.
 */
final class NotifySocket implements AutoCloseable {
    /** Stands for the NUL at the start of an abstract address (unix(7)). */
    private static final char ABSTRACT = '@';

    private final AFUNIXDatagramChannel channel;
    private final AFUNIXSocketAddress systemd;

    private NotifySocket(AFUNIXDatagramChannel channel, AFUNIXSocketAddress systemd) {
        this.channel = channel;
        this.systemd = systemd;
    }

    /**
     * Opens a socket to send from.
     *
     * @param address the value of {@code $NOTIFY_SOCKET}: a path, or a name after an {@code @}
     * @throws IOException if this is not a Unix address, or junixsocket's native library cannot be
     *     loaded
     */
    static NotifySocket to(String address) throws IOException {
        if (address.isEmpty() || (address.charAt(0) != '/' && address.charAt(0) != ABSTRACT)) {
            throw new IOException("\"" + address + "\" is neither a path nor an abstract name");
        }
        byte[] bytes = address.getBytes(StandardCharsets.UTF_8);
        if (address.charAt(0) == ABSTRACT) {
            bytes[0] = 0;
        }
        try {
            return new NotifySocket(AFUNIXDatagramChannel.open(), AFUNIXSocketAddress.of(bytes));
        } catch (UnsupportedOperationException e) {
            // junixsocket reports a missing native library this way
            throw new IOException("junixsocket's native library cannot be loaded", e);
        }
    }

    /**
     * Sends one message.
     *
     * @param message lines of the form {@code NAME=VALUE}
     * @throws IOException if no process listens there
     */
    synchronized void send(String message) throws IOException {
        // not in a DatagramPacket, which takes only Internet addresses
        int _ = channel.send(ByteBuffer.wrap(message.getBytes(StandardCharsets.UTF_8)), systemd);
    }

    /**
     * Sends one message with a copy of a descriptor.
     *
     * @throws IOException if no process listens there
     */
    void send(String message, FileDescriptor descriptor) throws IOException {
        // junixsocket sends descriptors only over a connected socket
        try (AFUNIXDatagramChannel connected = AFUNIXDatagramChannel.open()) {
            connected.connect(systemd);
            connected.setOutboundFileDescriptors(descriptor);
            int _ = connected.write(ByteBuffer.wrap(message.getBytes(StandardCharsets.UTF_8)));
        }
    }

    @Override
    public synchronized void close() throws IOException {
        channel.close();
    }
}
