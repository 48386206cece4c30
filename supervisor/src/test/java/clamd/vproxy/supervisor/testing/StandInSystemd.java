package clamd.vproxy.supervisor.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileDescriptor;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.newsclub.net.unix.AFUNIXDatagramSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;

/** Listens as systemd does to a service, on a real datagram socket. Confined to one thread. */
public final class StandInSystemd implements AutoCloseable {
    private static final int LIMIT_MILLIS = 30_000;

    private final AFUNIXDatagramSocket socket;
    private final String address;

    private StandInSystemd(AFUNIXDatagramSocket socket, String address) {
        this.socket = socket;
        this.address = address;
    }

    /** Listens at a path. */
    public static StandInSystemd at(Path path) throws IOException {
        return bound(path.toString(), path.toString());
    }

    /** Listens at an abstract address. */
    public static StandInSystemd abstractly(String name) throws IOException {
        return bound("\0" + name, "@" + name);
    }

    private static StandInSystemd bound(String bytes, String address) throws IOException {
        AFUNIXDatagramSocket socket = AFUNIXDatagramSocket.newInstance();
        socket.setAncillaryReceiveBufferSize(1024);
        socket.bind(AFUNIXSocketAddress.of(bytes.getBytes(UTF_8)));
        return new StandInSystemd(socket, address);
    }

    /** What systemd would set for the service, without a watchdog. */
    public Map<String, String> environment() {
        return Map.of("NOTIFY_SOCKET", address);
    }

    /** Returns the environment of a service with this watchdog timeout. */
    public Map<String, String> environment(long watchdogMicroseconds, long pid) {
        return Map.of(
                "NOTIFY_SOCKET",
                address,
                "WATCHDOG_USEC",
                String.valueOf(watchdogMicroseconds),
                "WATCHDOG_PID",
                String.valueOf(pid));
    }

    /** Waits for the next message. */
    public String hears() throws IOException {
        socket.setSoTimeout(LIMIT_MILLIS);
        return receive();
    }

    /** Waits for a message like this; the others are passed over. */
    public String hears(Predicate<String> wanted) throws IOException {
        long begun = System.nanoTime();
        String message = hears();
        while (!wanted.test(message)) {
            // a watchdog that is fed would keep us here for ever
            if (System.nanoTime() - begun > TimeUnit.MILLISECONDS.toNanos(LIMIT_MILLIS)) {
                throw new AssertionError("not told what was wanted, but " + message);
            }
            message = hears();
        }
        return message;
    }

    /** All messages that have come by now. */
    public List<String> heard() throws IOException {
        List<String> messages = new ArrayList<>();
        socket.setSoTimeout(1);
        try {
            while (true) {
                messages.add(receive());
            }
        } catch (SocketTimeoutException _) {
            return messages;
        }
    }

    /** The descriptors of the last message; the caller closes them. */
    public List<FileDescriptor> stored() throws IOException {
        return List.of(socket.getReceivedFileDescriptors());
    }

    private String receive() throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
        socket.receive(packet);
        return new String(packet.getData(), packet.getOffset(), packet.getLength(), UTF_8);
    }

    @Override
    public void close() {
        socket.close();
    }
}
