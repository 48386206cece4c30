package clamd.vproxy.worker.benchmark;

import clamd.vproxy.worker.clamd.EicarFile;
import clamd.vproxy.worker.protocol.ChunkWalk;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A clamd that keeps nothing of a stream and finds it clean: one thread that reads all connections,
 * as clamd has. A process of its own: {@code StandInClamd SOCKET BYTES_PER_READ}, where clamd reads
 * at most 4104 bytes at a time ({@code clamd/clamd_others.c:buf_init}).
 */
final class StandInClamd {
    private static final int BACKLOG = 1024;
    private static final int LONGEST_TAIL = 16;

    private final Selector selector;
    private final ServerSocketChannel server;
    private final ByteBuffer buffer;
    private final int readBytes;

    /** One connection: what it asked, and the bytes that were too few to decide on. */
    private static final class Conversation {
        final ChunkWalk walk = new ChunkWalk(Integer.toUnsignedLong(-1), Long.MAX_VALUE);
        final byte[] tail = new byte[LONGEST_TAIL];
        int tailBytes;
        boolean streaming;
    }

    private StandInClamd(Path socket, int readBytes) throws IOException {
        this.readBytes = readBytes;
        this.buffer = ByteBuffer.allocateDirect(LONGEST_TAIL + readBytes);
        this.selector = Selector.open();
        this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket), BACKLOG);
        server.configureBlocking(false);
        server.register(selector, SelectionKey.OP_ACCEPT);
    }

    public static void main(String[] arguments) throws IOException {
        StandInClamd clamd =
                new StandInClamd(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
        while (true) {
            clamd.selector.select(clamd::serve);
        }
    }

    private void serve(SelectionKey key) {
        try {
            if (key.isAcceptable()) {
                accept();
            } else if (!read((SocketChannel) key.channel(), (Conversation) key.attachment())) {
                key.channel().close();
            }
        } catch (IOException e) {
            System.err.println("a connection was lost: " + e);
            key.cancel();
        }
    }

    private void accept() throws IOException {
        SocketChannel connection;
        while ((connection = server.accept()) != null) {
            connection.configureBlocking(false);
            connection.register(selector, SelectionKey.OP_READ, new Conversation());
        }
    }

    /** Reads once; false ends the connection. */
    private boolean read(SocketChannel connection, Conversation conversation) throws IOException {
        int kept = conversation.tailBytes;
        buffer.clear().put(conversation.tail, 0, kept).limit(kept + readBytes);
        if (connection.read(buffer) < 0) {
            return false;
        }
        buffer.flip();
        if (!conversation.streaming) {
            String command = takeCommand();
            conversation.streaming = command.equals("INSTREAM");
            if (!conversation.streaming && !command.isEmpty()) {
                say(connection, command.equals("PING") ? "PONG" : "ClamAV 1.4.6");
                return false;
            }
        }
        if (conversation.streaming) {
            buffer.position(buffer.position() + conversation.walk.walk(buffer));
            if (conversation.walk.state() != ChunkWalk.State.OPEN) {
                // the daemon looks whether a clamd finds the test file; no load sends so few bytes
                boolean isTestFile = conversation.walk.streamBytes() == EicarFile.bytes().length;
                say(connection, isTestFile ? "stream: Eicar FOUND" : "stream: OK");
                return false;
            }
        }
        conversation.tailBytes = buffer.remaining();
        buffer.get(conversation.tail, 0, conversation.tailBytes);
        return true;
    }

    /** The command without its form, or nothing if it is not complete. */
    private String takeCommand() {
        StringBuilder command = new StringBuilder();
        buffer.mark();
        while (buffer.hasRemaining()) {
            byte value = buffer.get();
            if (value == 0) {
                return command.substring(1);
            }
            command.append((char) value);
        }
        buffer.reset();
        return "";
    }

    private static void say(SocketChannel connection, String reply) throws IOException {
        connection.write(ByteBuffer.wrap((reply + '\0').getBytes(StandardCharsets.US_ASCII)));
    }
}
