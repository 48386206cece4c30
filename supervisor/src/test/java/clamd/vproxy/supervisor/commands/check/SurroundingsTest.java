package clamd.vproxy.supervisor.commands.check;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.base.threads.SystemClock;
import clamd.vproxy.supervisor.commands.options.ConfiguredClamd;
import clamd.vproxy.worker.clamd.SocketEndpoint;
import clamd.vproxy.worker.clamd.conf.ClamdConf;
import clamd.vproxy.worker.clamd.conf.Finding;
import clamd.vproxy.worker.clamd.conf.Finding.Level;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is true of a clamd, whatever its configuration says. */
class SurroundingsTest {
    private static final Finding FROM_FILE =
            new Finding(Level.OK, "clamd's socket", "660 or less", "LocalSocketMode 660", "");

    @TempDir private Path folder;
    private Path socket;
    private ServerSocketChannel clamd;

    @BeforeEach
    void listen() throws Exception {
        socket = folder.resolve("clamd.ctl");
        clamd = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        clamd.bind(UnixDomainSocketAddress.of(socket));
    }

    @AfterEach
    void close() throws Exception {
        clamd.close();
    }

    private Finding socketOf(String mode) throws IOException {
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString(mode));
        return found("clamd's socket", List.of(FROM_FILE), Optional.empty());
    }

    private Finding found(String subject, List<Finding> configured, Optional<ClamdConf> conf) {
        SocketEndpoint endpoint = SocketEndpoint.parse(socket.toString(), SystemClock::nanoTime);
        ConfiguredClamd known = new ConfiguredClamd(endpoint, folder.resolve("clamd.conf"), conf);
        List<Finding> findings = new Surroundings(folder).correct(configured, known);
        return findings.stream()
                .filter(finding -> finding.subject().equals(subject))
                .reduce((one, other) -> {
                    throw new AssertionError(one + " and " + other);
                })
                .orElseThrow(() -> new AssertionError(findings.toString()));
    }

    private void unit(String folderOfUnits, String name, String text) throws IOException {
        Path file = folder.resolve(folderOfUnits).resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    @Test
    void ourOwnSocketUnitIsComparedWithTheDaemonsAddress() throws Exception {
        assertThat(SocketUnit.listensElsewhere(folder, "vsock:2:3400")).isEmpty();
        String shipped = Files.readString(Path.of("src/main/systemd/clamd-vproxy.socket"));
        unit("usr/lib/systemd/system", "clamd-vproxy.socket", shipped);
        assertThat(SocketUnit.listensElsewhere(folder, "vsock:2:3400")).isEmpty();
        assertThat(SocketUnit.listensElsewhere(folder, "vsock::3500"))
                .hasValueSatisfying(line ->
                        assertThat(line)
                                .startsWith(
                                        "clamd-vproxy.socket listens on vsock:2:3400, the"
                                                + " daemon on vsock::3500,"));
        unit(
                "etc/systemd/system/clamd-vproxy.socket.d",
                "override.conf",
                "[Socket]\nListenStream=\nListenStream=vsock::3500\n");
        assertThat(SocketUnit.listensElsewhere(folder, "vsock::3500")).isEmpty();
    }

    @Test
    void theModeOfTheSocketCountsAndNotWhatClamdConfSays() throws Exception {
        Finding open = socketOf("rw-rw-rw-");
        assertThat(open.level()).isEqualTo(Level.WARNING);
        assertThat(open.clamds()).startsWith("rw-rw-rw- ").contains(":");
        assertThat(open.advice()).contains("LocalSocketMode 660");
        assertThat(socketOf("rw-rw----").level()).isEqualTo(Level.OK);
    }

    @Test
    void theSocketUnitThatMakesTheSocketIsNamedAsWhatToEdit() throws Exception {
        unit("lib/systemd/system", "other.socket", "[Socket]\nListenStream=/run/other\n");
        unit("lib/systemd/system", "clamav-daemon.socket", "[Socket]\nListenStream=" + socket);
        assertThat(socketOf("rw-rw-rw-").advice())
                .contains("SocketMode=0660 by systemctl edit clamav-daemon.socket")
                .contains("LocalSocketMode changes nothing");
    }

    @Test
    void portsThatADropInAddsAreWarnedOf() throws Exception {
        unit("usr/lib/systemd/system", "clamd.socket", "[Socket]\nListenStream = " + socket);
        unit("etc/systemd/system/clamd.socket.d", "tcp.conf", "[Socket]\nListenStream=3310\n");
        Finding port = found("systemd's TCP port", List.of(), Optional.empty());
        assertThat(port.level()).isEqualTo(Level.WARNING);
        assertThat(port.clamds()).isEqualTo("ListenStream 3310");
        assertThat(port.advice()).contains("systemctl edit clamd.socket");

        unit("etc/systemd/system/clamd.socket.d", "tcp.conf", "ListenStream=127.0.0.1:3310\n");
        assertThat(found("systemd's TCP port", List.of(), Optional.empty()).level())
                .isEqualTo(Level.NOTE);
    }

    @Test
    void aDropInMayTakeAllListenersAway() throws Exception {
        unit(
                "lib/systemd/system",
                "clamd.socket",
                "ListenStream=" + socket + "\nListenStream=3310\n");
        unit(
                "etc/systemd/system/clamd.socket.d",
                "local.conf",
                "ListenStream=\nListenStream=" + socket);
        assertThat(SocketUnit.of(folder))
                .containsExactly(new SocketUnit("clamd.socket", List.of(socket.toString())));
    }

    @Test
    void aUnitOfTheAdministratorReplacesThePackages() throws Exception {
        unit("lib/systemd/system", "clamd.socket", "ListenStream=/run/one\n");
        unit("etc/systemd/system", "clamd.socket", "ListenStream=/run/two\n");
        assertThat(SocketUnit.of(folder))
                .containsExactly(new SocketUnit("clamd.socket", List.of("/run/two")));
    }

    private Finding threads(String stats) throws Exception {
        Path conf = Files.writeString(folder.resolve("clamd.conf"), "MaxThreads 12\n");
        Thread answering =
                Thread.ofPlatform()
                        .start(() -> {
                            try (SocketChannel asked = clamd.accept()) {
                                ByteBuffer command = ByteBuffer.allocate(7);
                                while (command.hasRemaining()) {
                                    asked.read(command);
                                }
                                asked.write(
                                        ByteBuffer.wrap(stats.getBytes(StandardCharsets.US_ASCII)));
                            } catch (IOException e) {
                                throw new IllegalStateException(e);
                            }
                        });
        try {
            return found("clamd's threads", List.of(), Optional.of(ClamdConf.read(conf)));
        } finally {
            answering.join();
        }
    }

    @Test
    void aClamdThatRunsWithOtherThreadsThanItsFileHasIsToBeRestarted() throws Exception {
        String stats =
                "POOLS: 1\n\nSTATE: VALID PRIMARY\n"
                        + "THREADS: live 1  idle 0 max %d idle-timeout 30\nQUEUE: 0 items\nEND\0";
        Finding other = threads(stats.formatted(10));
        assertThat(other.level()).isEqualTo(Level.WARNING);
        assertThat(other.clamds()).isEqualTo("10 in force");
        assertThat(other.advice()).contains("restart clamd");
        assertThat(threads(stats.formatted(12)).level()).isEqualTo(Level.OK);
    }
}
