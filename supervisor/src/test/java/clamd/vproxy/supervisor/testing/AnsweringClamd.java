package clamd.vproxy.supervisor.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import clamd.vproxy.worker.clamd.EicarFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A clamd that answers all three commands, any number at once; it finds a signature in the EICAR
 * test file and in whatever holds the word {@code virus}.
 */
public final class AnsweringClamd implements AutoCloseable {
    private static final String EICAR = new String(EicarFile.bytes(), ISO_8859_1);

    private final StandInClamd clamd;
    private final String version;
    private final boolean signatures;

    /** Listens at this path. */
    public AnsweringClamd(Path socket) throws IOException {
        this(socket, "ClamAV 1.4.3/27000/Mon Mar  2 09:00:00 2026");
    }

    /** Listens at this path and tells this version. */
    public AnsweringClamd(Path socket, String version) throws IOException {
        this(socket, version, true);
    }

    private AnsweringClamd(Path socket, String version, boolean signatures) throws IOException {
        this.clamd = StandInClamd.at(socket);
        this.version = version;
        this.signatures = signatures;
        Thread.ofPlatform().daemon().name("answering-clamd").start(this::acceptAll);
    }

    /** Listens at this path, and finds nothing: its database is empty. */
    public static AnsweringClamd withoutSignatures(Path socket) throws IOException {
        return new AnsweringClamd(socket, "ClamAV 1.4.3", false);
    }

    private void acceptAll() {
        try {
            while (true) {
                StandInClamd.Connection connection = clamd.accept();
                Thread.ofVirtual().start(() -> serve(connection));
            }
        } catch (IOException _) {
            // closed
        }
    }

    private void serve(StandInClamd.Connection open) {
        try (StandInClamd.Connection connection = open) {
            switch (command(connection)) {
                case "zPING" -> connection.answers("PONG\0");
                case "zVERSION" -> connection.answers(version + "\0");
                case "zINSTREAM" -> scan(connection);
                default -> throw new IOException("no command of the supervisor's");
            }
        } catch (IOException _) {
            // given up
        }
    }

    private static String command(StandInClamd.Connection connection) throws IOException {
        StringBuilder command = new StringBuilder();
        String next = connection.reads(1);
        while (!next.isEmpty() && !next.equals("\0")) {
            command.append(next);
            next = connection.reads(1);
        }
        return command.toString();
    }

    private void scan(StandInClamd.Connection connection) throws IOException {
        StringBuilder content = new StringBuilder();
        int length = header(connection);
        while (length > 0) {
            content.append(connection.reads(length));
            length = header(connection);
        }
        if (length == 0) {
            boolean known = content.indexOf("virus") >= 0 || content.toString().equals(EICAR);
            boolean infected = signatures && known;
            connection.answers(infected ? "stream: Test-Virus FOUND\0" : "stream: OK\0");
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
