package clamd.vproxy.supervisor.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A clamd that reads each stream to its end marker and finds it clean, any number at once. */
public final class CleanClamd implements AutoCloseable {
    private final StandInClamd clamd;

    /** Listens at this path. */
    public CleanClamd(Path socket) throws IOException {
        clamd = StandInClamd.at(socket);
        Thread.ofPlatform().daemon().name("clean-clamd").start(this::acceptAll);
    }

    private void acceptAll() {
        try {
            while (true) {
                StandInClamd.Connection connection = clamd.accept();
                Thread.ofVirtual().start(() -> scan(connection));
            }
        } catch (IOException _) {
            // closed
        }
    }

    private static void scan(StandInClamd.Connection open) {
        try (StandInClamd.Connection connection = open) {
            if (connection.reads("zINSTREAM\0".length()).equals("zINSTREAM\0")) {
                int length = header(connection);
                while (length > 0 && connection.reads(length).length() == length) {
                    length = header(connection);
                }
                if (length == 0) {
                    connection.answers("stream: OK\0");
                }
            }
        } catch (IOException _) {
            // the stream was given up
        }
    }

    /** The length of the next chunk; less than nothing at the end. */
    private static int header(StandInClamd.Connection connection) throws IOException {
        String header = connection.reads(4);
        return header.length() < 4 ? -1 : ByteBuffer.wrap(header.getBytes(ISO_8859_1)).getInt();
    }

    @Override
    public void close() throws IOException {
        clamd.close();
    }
}
