package clamd.vproxy.worker.memory;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.worker.clamd.conf.ClamdConf;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Verdict;
import clamd.vproxy.worker.testing.Eventually;
import clamd.vproxy.worker.testing.MemoryRig;
import clamd.vproxy.worker.testing.TestLimits;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A clamd that reloads its signatures. They have no number, so that its version does not change:
 * only their files show it.
 */
@Tag("clamd")
@Timeout(120)
class RealReloadTest {
    private static final Limits LIMITS = TestLimits.limits().build();

    @TempDir Path folder;
    private Path socket;
    private Process clamd;
    private MemoryRig rig;

    @BeforeEach
    void start() throws Exception {
        socket = folder.resolve("real.ctl");
        // long before clamd's start, as signatures usually are
        FileTime old = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
        Files.setLastModifiedTime(signature("one", "deadbeef0123456789abcdef"), old);
        Path conf =
                Files.writeString(
                        folder.resolve("clamd.conf"),
                        """
                        LocalSocket %s
                        DatabaseDirectory %s
                        TemporaryDirectory %s
                        User %s
                        Foreground yes
                        """
                                .formatted(
                                        socket,
                                        folder.resolve("database"),
                                        folder,
                                        System.getProperty("user.name")));
        clamd =
                new ProcessBuilder("/usr/sbin/clamd", "--config-file=" + conf)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("clamd.log").toFile())
                        .start();
        Eventually.holds("clamd listens", () -> Files.exists(socket));
        LoadedFiles files =
                new LoadedFiles(socket.toString(), conf, ClamdConf.read(conf), Clock.systemUTC());
        rig = new MemoryRig(folder, socket.toString(), files::seen);
    }

    private Path signature(String name, String hexadecimal) throws IOException {
        Path database = Files.createDirectories(folder.resolve("database"));
        return Files.writeString(
                database.resolve(name + ".ndb"), "Test." + name + ":0:*:" + hexadecimal + "\n");
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
        clamd.destroy();
        clamd.waitFor();
    }

    private String reload() throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.write(ByteBuffer.wrap("zRELOAD\0".getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer reply = ByteBuffer.allocate(64);
            while (channel.read(reply) >= 0 && reply.get(reply.position() - 1) != 0) {
                // to the terminator
            }
            return new String(reply.array(), 0, reply.position(), StandardCharsets.US_ASCII);
        }
    }

    private SessionResult scan(String data) throws Exception {
        return rig.scan("acme", "guest", LIMITS, data);
    }

    @Test
    void aRememberedCleanStreamIsFoundInfectedAfterAReloadWithANewSignature() throws Exception {
        assertThat(scan("harmless until now").cached()).isFalse();
        assertThat(scan("harmless until now").cached()).isTrue();

        signature("two", "756e74696c"); // until
        assertThat(reload()).startsWith("RELOADING");
        // another content shows when clamd has loaded it
        Eventually.holds(
                "clamd has reloaded",
                () -> {
                    try {
                        return scan("another until " + System.nanoTime()).verdict()
                                == Verdict.INFECTED;
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                });

        // a verdict may be used for a tenth of a second more
        rig.watch.ask();
        SessionResult after = scan("harmless until now");
        assertThat(after.cached()).isFalse();
        assertThat(after.verdict()).isEqualTo(Verdict.INFECTED);
    }
}
