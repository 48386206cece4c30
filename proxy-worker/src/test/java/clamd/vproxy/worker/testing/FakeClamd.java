package clamd.vproxy.worker.testing;

import clamd.vproxy.worker.protocol.ChunkWalk;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A stand-in for clamd with replaceable behaviour, on a real Unix or TCP socket. Answers each
 * connection on a thread of its own and keeps what it received. Thread-safe.
 */
public final class FakeClamd implements AutoCloseable {
    private static final byte[] INSTREAM = "zINSTREAM\0".getBytes(StandardCharsets.US_ASCII);

    private final ServerSocketChannel listener;
    private final String endpoint;
    private final Thread acceptor;
    private final BlockingQueue<byte[]> conversations = new LinkedBlockingQueue<>();
    private final List<SocketChannel> open = new CopyOnWriteArrayList<>();
    private volatile Behaviour behaviour = FakeClamd::honest;

    /** Serves one connection. */
    @FunctionalInterface
    public interface Behaviour {
        void serve(Conversation conversation) throws IOException;
    }

    private FakeClamd(ServerSocketChannel listener, String endpoint) {
        this.listener = listener;
        this.endpoint = endpoint;
        this.acceptor = Thread.ofPlatform().daemon().name("fake-clamd").unstarted(this::acceptAll);
        acceptor.start();
    }

    /** Listens on a Unix socket in {@code folder}. */
    public static FakeClamd onUnixSocket(Path folder) throws IOException {
        Path path = folder.resolve("clamd.ctl");
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(path));
        return new FakeClamd(listener, path.toString());
    }

    /** Listens on a free port of the loopback interface. */
    public static FakeClamd onTcp() throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open();
        SocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        listener.bind(any);
        int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
        return new FakeClamd(listener, "127.0.0.1:" + port);
    }

    /** Where it listens, as an operator writes it. */
    public String endpoint() {
        return endpoint;
    }

    /** Sets the behaviour for later connections. */
    public FakeClamd is(Behaviour next) {
        behaviour = next;
        return this;
    }

    /** Waits until the next connection ends, and returns what it received. */
    public String nextConversation() throws InterruptedException {
        byte[] bytes = conversations.poll(10, TimeUnit.SECONDS);
        if (bytes == null) {
            throw new AssertionError("no connection ended within 10 s");
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** Whether {@link #nextConversation} has returned every conversation that has ended. */
    public boolean hasNoConversation() {
        return conversations.isEmpty();
    }

    private void acceptAll() {
        try {
            while (true) {
                SocketChannel channel = listener.accept();
                open.add(channel);
                Thread.ofPlatform().daemon().name("fake-clamd").start(() -> serve(channel));
            }
        } catch (IOException _) {
            // closed
        }
    }

    private void serve(SocketChannel channel) {
        Conversation conversation = new Conversation(channel);
        try (channel) {
            behaviour.serve(conversation);
        } catch (IOException _) {
            // the peer left
        }
        conversations.add(conversation.received.toByteArray());
    }

    @Override
    public void close() throws IOException {
        listener.close();
        try {
            // the kernel keeps the socket listening while a thread is still in accept
            acceptor.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        for (SocketChannel channel : open) {
            channel.close();
        }
    }

    /** Answers as clamd does, and reports data that contains EICAR as infected. */
    public static void honest(Conversation conversation) throws IOException {
        conversation.readRequest();
        String request = conversation.received.toString(StandardCharsets.ISO_8859_1);
        if (request.startsWith("zPING")) {
            conversation.write("PONG\0");
        } else if (request.startsWith("zVERSION")) {
            conversation.write("ClamAV 1.4.6/27500/Sun Nov 22 04:30:45 2026\0");
        } else {
            conversation.write(
                    request.contains("EICAR") ? "stream: Eicar.Test FOUND\0" : "stream: OK\0");
        }
    }

    /** Answers PING, reports every stream as clean, and records nothing that it received. */
    public static void forgetful(Conversation conversation) throws IOException {
        conversation.write(conversation.drain() ? "stream: OK\0" : "PONG\0");
    }

    /** Reads the whole request, then sends these pieces and closes. */
    public static Behaviour answering(String... pieces) {
        return conversation -> {
            conversation.readRequest();
            for (String piece : pieces) {
                conversation.write(piece);
            }
        };
    }

    /**
     * Reads {@code afterBytes} bytes, sends {@code reply} and closes, even if the client is still
     * sending.
     */
    public static Behaviour interrupting(int afterBytes, String reply) {
        return conversation -> {
            conversation.readExactly(afterBytes);
            conversation.write(reply);
        };
    }

    /** Reads everything and never answers. */
    public static void silent(Conversation conversation) throws IOException {
        conversation.readToEnd();
    }

    /** One connection as clamd sees it. */
    public static final class Conversation {
        private final SocketChannel channel;
        private final ByteArrayOutputStream received = new ByteArrayOutputStream();
        private ByteBuffer buffer = ByteBuffer.allocate(1 << 16);

        private Conversation(SocketChannel channel) {
            this.channel = channel;
        }

        /** Reads the whole request without recording it; returns whether it is a stream. */
        private boolean drain() throws IOException {
            ChunkWalk walk = new ChunkWalk(Long.MAX_VALUE, Long.MAX_VALUE);
            ByteBuffer bytes = ByteBuffer.allocateDirect(1 << 16);
            int command = 0;
            while (walk.state() == ChunkWalk.State.OPEN) {
                if (channel.read(bytes) < 0) {
                    throw new IOException("connection closed before the end marker");
                }
                bytes.flip();
                for (; command < INSTREAM.length && bytes.hasRemaining(); command++) {
                    if (bytes.get() == 0 && command < INSTREAM.length - 1) {
                        return false;
                    }
                }
                bytes.position(bytes.position() + walk.walk(bytes)).compact();
            }
            return true;
        }

        /** From now on reads with a buffer of one byte. */
        public void readSlowly() {
            buffer = ByteBuffer.allocate(1);
        }

        /** Reads a command, and for INSTREAM its chunks with the end marker. */
        public void readRequest() throws IOException {
            int walked = INSTREAM.length;
            while (true) {
                byte[] bytes = received.toByteArray();
                boolean stream = bytes.length > 1 && bytes[1] == 'I';
                if (!stream && bytes.length > 0 && bytes[bytes.length - 1] == 0) {
                    return;
                }
                while (stream && bytes.length >= walked + 4) {
                    int length = ByteBuffer.wrap(bytes).getInt(walked);
                    if (length == 0) {
                        return;
                    }
                    if (bytes.length < walked + 4 + length) {
                        break;
                    }
                    walked += 4 + length;
                }
                readSome(buffer.capacity());
            }
        }

        /** Returns the bytes received so far, one character for each byte. */
        public String received() {
            return received.toString(StandardCharsets.ISO_8859_1);
        }

        public void readExactly(int count) throws IOException {
            while (received.size() < count) {
                readSome(count - received.size());
            }
        }

        public void readToEnd() throws IOException {
            while (true) {
                readSome(buffer.capacity());
            }
        }

        private void readSome(int most) throws IOException {
            int count = channel.read(buffer.clear().limit(Math.min(most, buffer.capacity())));
            if (count < 0) {
                throw new IOException("end of the stream");
            }
            received.write(buffer.array(), 0, count);
        }

        public void write(String text) throws IOException {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }
}
