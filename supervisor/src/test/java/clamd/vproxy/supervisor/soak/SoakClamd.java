package clamd.vproxy.supervisor.soak;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A clamd that answers a stream as its first two bytes say, and dies, freezes and comes back on
 * command. It counts what it has answered. {@link #start}, {@link #kill}, {@link #freeze} and
 * {@link #close} belong to one thread.
 */
final class SoakClamd implements AutoCloseable {
    static final String VERSION = "ClamAV 1.4.6/27500/Sun Nov 22 04:30:45 2026";

    /** Longer than the stream timeout of the guests that ask for it. */
    private static final Duration LATE = Duration.ofMillis(1500);

    private static final Duration SLOW = Duration.ofMillis(30);
    private static final CountDownLatch OPEN = new CountDownLatch(0);

    private final Path socket;
    private final Tally answered = new Tally();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private final CountDownLatch never = new CountDownLatch(1);
    private volatile CountDownLatch gate = OPEN;
    private volatile ServerSocketChannel listening;

    /** Listens there. */
    SoakClamd(Path socket) throws IOException {
        this.socket = socket;
        this.listening = listen();
    }

    private ServerSocketChannel listen() throws IOException {
        Files.deleteIfExists(socket);
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        channel.bind(UnixDomainSocketAddress.of(socket), 200);
        threads.execute(() -> accept(channel));
        return channel;
    }

    /** Listens again after {@link #kill}. */
    void start() throws IOException {
        listening = listen();
    }

    /** What happens to its connections when a process is killed. */
    void kill() throws IOException {
        listening.close();
        for (SocketChannel channel : open) {
            channel.close();
        }
    }

    /** Takes connections into its backlog, and neither reads nor answers until {@link #thaw}. */
    void freeze() {
        gate = new CountDownLatch(1);
    }

    /** Goes on. */
    void thaw() {
        gate.countDown();
        gate = OPEN;
    }

    /** How often each answer went out whole, by its name and the second byte of its stream. */
    Tally answered() {
        return answered;
    }

    private void accept(ServerSocketChannel from) {
        try {
            while (true) {
                SocketChannel channel = from.accept();
                open.add(channel);
                threads.execute(() -> serve(channel));
                if (!from.isOpen()) {
                    // killed in between
                    channel.close();
                }
            }
        } catch (IOException _) {
            // killed
        }
    }

    private void serve(SocketChannel channel) {
        try (channel;
                DataInputStream in =
                        new DataInputStream(
                                new BufferedInputStream(
                                        Channels.newInputStream(channel), 64 << 10))) {
            gate.await();
            switch (command(in)) {
                case "zPING" -> answer(channel, "PONG\0", "pong");
                case "zVERSION" -> answer(channel, VERSION + "\0", "version");
                case "zINSTREAM" -> scan(channel, in);
                case "" -> answered.add("nothing asked");
                default -> answered.add("strange command");
            }
        } catch (IOException _) {
            // killed, or given up by the daemon
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(channel);
        }
    }

    private static String command(DataInputStream in) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int next = in.read(); next > 0 && text.length() < 20; next = in.read()) {
            text.append((char) next);
        }
        return text.toString();
    }

    private void scan(SocketChannel channel, DataInputStream in)
            throws IOException, InterruptedException {
        int length = in.readInt();
        char what = (char) in.readByte();
        char who = (char) in.readByte();
        in.skipNBytes(length - 2);
        for (length = in.readInt(); length != 0; length = in.readInt()) {
            in.skipNBytes(length);
        }
        gate.await();
        switch (what) {
            case 'c' -> answer(channel, "stream: OK\0", "clean " + who);
            case 'i' -> answer(channel, "stream: Soak.Test FOUND\0", "infected " + who);
            case 's' -> {
                boolean _ = never.await(SLOW.toNanos(), TimeUnit.NANOSECONDS);
                answer(channel, "stream: OK\0", "clean " + who);
            }
            case 'l' -> {
                boolean _ = never.await(LATE.toNanos(), TimeUnit.NANOSECONDS);
                answer(channel, "stream: OK\0", "late " + who);
            }
            case 'u' -> answer(channel, "stream: OK", "malformed " + who);
            case 'o' -> answer(channel, "stream: OK\0stream: OK\0", "malformed " + who);
            case 'e' -> answer(channel, "stream: Can't allocate memory ERROR\0", "failed " + who);
            default -> answered.add("died " + who);
        }
    }

    private void answer(SocketChannel channel, String text, String name) throws IOException {
        channel.write(ByteBuffer.wrap(text.getBytes(ISO_8859_1)));
        answered.add(name);
    }

    @Override
    public void close() throws IOException {
        never.countDown();
        kill();
        threads.shutdownNow();
    }
}
