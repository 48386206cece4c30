package clamd.vproxy.worker.benchmark;

import clamd.vproxy.worker.clamd.EicarFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/** What Debian's clamd needs to run in a folder, under the user that runs the benchmark. */
final class RealClamd {
    private RealClamd() {}

    /**
     * Writes a configuration with the limits of Debian's file, and a database of two signatures.
     *
     * @return the configuration's path
     */
    static Path configure(Path folder, Path socket) throws IOException {
        Path database = Files.createDirectories(folder.resolve("database"));
        Path spool = Files.createDirectories(folder.resolve("spool"));
        Files.writeString(
                database.resolve("one.ndb"), "Benchmark.Signature:0:*:deadbeef0123456789abcdef\n");
        Files.writeString(
                database.resolve("eicar.ndb"),
                "Eicar-Test-Signature:0:0:" + HexFormat.of().formatHex(EicarFile.bytes()) + "\n");
        return Files.writeString(
                folder.resolve("clamd.conf"),
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
                """
                        .formatted(socket, database, spool, System.getProperty("user.name")));
    }
}
