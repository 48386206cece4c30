package clamd.vproxy.worker.benchmark;

import clamd.vproxy.worker.clamd.EicarFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What Debian's clamd needs to run in a folder, under the user that runs the benchmark. */
final class RealClamd {
    private static final Pattern THREADS = Pattern.compile("live (\\d+) +idle (\\d+)");

    private RealClamd() {}

    /** The file to which {@link #configure} writes the configuration. */
    static Path configuration(Path folder) {
        return folder.resolve("clamd.conf");
    }

    /** How many threads are busy, without the one that answers this query; see clamd/thrmgr.c. */
    static int busyThreads(Path socket) throws IOException {
        try (SocketChannel channel = Request.connect(socket)) {
            Request.write(channel, ByteBuffer.wrap(Request.ascii("zSTATS\0")));
            String answer =
                    new String(
                            Channels.newInputStream(channel).readAllBytes(),
                            StandardCharsets.US_ASCII);
            Matcher threads = THREADS.matcher(answer);
            if (!threads.find()) {
                throw new IOException("clamd does not report its threads: " + answer);
            }
            int live = Integer.parseInt(threads.group(1));
            return live - Integer.parseInt(threads.group(2)) - 1;
        }
    }

    /**
     * Writes a configuration with the limits of Debian's file, and a database of two signatures.
     *
     * @param lines further lines of the configuration
     * @return the configuration's path
     */
    static Path configure(Path folder, Path socket, String lines) throws IOException {
        Path database = Files.createDirectories(folder.resolve("database"));
        Path spool = Files.createDirectories(folder.resolve("spool"));
        signature(database.resolve("one.ndb"), "Benchmark.Signature:0:*:deadbeef0123456789abcdef");
        signature(
                database.resolve("eicar.ndb"),
                "Eicar-Test-Signature:0:0:" + HexFormat.of().formatHex(EicarFile.bytes()));
        return Files.writeString(
                configuration(folder),
                """
                LocalSocket %s
                DatabaseDirectory %s
                TemporaryDirectory %s
                User %s
                StreamMaxLength 64M
                MaxFileSize 64M
                MaxScanSize 100M
                MaxThreads 12
                MaxConnectionQueueLength 200
                MaxQueue 100
                %s\
                """
                        .formatted(
                                socket, database, spool, System.getProperty("user.name"), lines));
    }

    /**
     * Makes the file older than clamd, as signatures usually are: clamd might not have loaded a
     * newer one.
     */
    private static void signature(Path file, String line) throws IOException {
        Files.writeString(file, line + "\n");
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofHours(1))));
    }
}
