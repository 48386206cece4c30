package clamd.vproxy.supervisor.guestpackage;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.guestpackage.Program.Result;
import clamd.vproxy.supervisor.testing.AnsweringClamd;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.StandInClamd;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a client in a guest gets through the relay, while the host answers and while it does not.
 */
@Tag("clamd")
@Tag("libvirt")
@Timeout(120)
class RelayTest {
    private static final Path AWAY = Path.of("/nonexistent/host");
    private static final String NOT_AVAILABLE = "Scanner not available. ERROR";

    private TemporaryFolder folder;

    @BeforeEach
    void makeFolder() throws Exception {
        folder = TemporaryFolder.create();
    }

    @AfterEach
    void removeFolder() throws Exception {
        folder.close();
    }

    private Result clamdscan(GuestSocket socket, String option, Path file) throws Exception {
        Path configuration = folder.path().resolve("guest.conf");
        String shipped = Files.readString(Program.source("clamd-vproxy-guest.conf"));
        Files.writeString(
                configuration,
                shipped.replace("/run/clamd-vproxy-guest/clamd.ctl", socket.path().toString()));
        return Program.run(
                Program.at(
                        AWAY,
                        List.of(
                                "clamdscan",
                                "--config-file=" + configuration,
                                option,
                                "--stream",
                                file.toString())));
    }

    @Test
    void everyByteOfALargeStreamReachesTheHostAndTheReplyReachesTheClient() throws Exception {
        byte[] bytes = new byte[20_000_000];
        new Random(1).nextBytes(bytes);
        System.arraycopy("zINSTREAM\0".getBytes(ISO_8859_1), 0, bytes, 0, 10);
        try (StandInClamd host = StandInClamd.at(folder.path().resolve("host"));
                GuestSocket socket = GuestSocket.in(folder.path(), host.socket());
                GuestClient client = socket.connect()) {
            Thread sender =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    client.says(bytes);
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            });
            try (StandInClamd.Connection connection = host.accept()) {
                assertThat(connection.reads(bytes.length).getBytes(ISO_8859_1)).isEqualTo(bytes);
                connection.answers("stream: OK\0");
            }
            sender.join();
            // though it does not close its side
            assertThat(client.hears()).isEqualTo("stream: OK\0");
        }
    }

    @Test
    void aClientThatEndsItsSideGetsTheReply() throws Exception {
        try (StandInClamd host = StandInClamd.at(folder.path().resolve("host"));
                GuestSocket socket = GuestSocket.in(folder.path(), host.socket());
                GuestClient client = socket.connect().says("PING").halfCloses()) {
            try (StandInClamd.Connection connection = host.accept()) {
                assertThat(connection.readsToTheEnd()).isEqualTo("PING");
                connection.answers("PONG\n");
            }
            assertThat(client.hears()).isEqualTo("PONG\n");
        }
    }

    /** pyclamd, npm's clamscan and others take their first read for the reply. */
    @RepeatedTest(5)
    void aClientThatReadsOnceGetsTheWholeReply() throws Exception {
        try (StandInClamd host = StandInClamd.at(folder.path().resolve("host"));
                GuestSocket socket = GuestSocket.in(folder.path(), host.socket());
                GuestClient client = socket.connect().says("zVERSION\0")) {
            try (StandInClamd.Connection connection = host.accept()) {
                assertThat(connection.reads(9)).isEqualTo("zVERSION\0");
                connection.answers("ClamAV 1.4.3/100%s\\0\0");
            }
            assertThat(client.readsOnce()).isEqualTo("ClamAV 1.4.3/100%s\\0\0");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "zINSTREAM,z,''",
        "nINSTREAM,n,''",
        "zPING,z,''",
        "PING,-,''",
        "PING,n,''",
        "zIDSESSION,z,'1: '",
        "nIDSESSION,n,'1: '",
        "SCAN /file,n,'SCAN: '",
        "zCONTSCAN /file,z,'SCAN: '"
    })
    void withoutAHostTheClientIsAnsweredInItsForm(String command, char form, String prefix)
            throws Exception {
        String end = form == 'z' ? "\0" : "\n";
        try (GuestSocket socket = GuestSocket.in(folder.path(), AWAY);
                GuestClient client = socket.connect().says(command + (form == '-' ? "" : end))) {
            assertThat(client.hears()).isEqualTo(prefix + NOT_AVAILABLE + end);
        }
    }

    @Test
    void aHostThatLeavesWithoutAReplyIsReportedToAClientThatStillSends() throws Exception {
        try (StandInClamd host = StandInClamd.at(folder.path().resolve("host"));
                GuestSocket socket = GuestSocket.in(folder.path(), host.socket());
                GuestClient client = socket.connect().says("zINSTREAM\0")) {
            try (StandInClamd.Connection connection = host.accept()) {
                assertThat(connection.reads(10)).isEqualTo("zINSTREAM\0");
            }
            assertThat(client.chunk(new byte[5_000_000]).end().hears())
                    .isEqualTo(NOT_AVAILABLE + "\0");
        }
    }

    @Test
    void aClientThatSaysNothingOpensNoConnectionToTheHost() throws Exception {
        try (GuestSocket socket = GuestSocket.in(folder.path(), AWAY);
                GuestClient client = socket.connect().halfCloses()) {
            assertThat(client.hears()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"--wait", "--multiscan"})
    void clamdscanWithoutAHostEndsWithAnErrorAndCallsNothingClean(String option) throws Exception {
        Path file = Files.write(folder.path().resolve("file"), new byte[1_000_000]);
        try (GuestSocket socket = GuestSocket.in(folder.path(), AWAY)) {
            Result result = clamdscan(socket, option, file);
            assertThat(result.status()).isEqualTo(2);
            assertThat(result.output()).contains(NOT_AVAILABLE).doesNotContain(": OK");
        }
    }

    @Test
    void clamdscanScansThroughTheDaemon() throws Exception {
        Path clean = Files.write(folder.path().resolve("clean"), new byte[3_000_000]);
        Path infected = Files.writeString(folder.path().resolve("infected"), "a virus");
        try (AnsweringClamd _ = new AnsweringClamd(folder.path().resolve("c"));
                Stage stage = Stage.with(folder.path().resolve("c")).start();
                GuestSocket socket = GuestSocket.in(folder.path(), stage.socketOf("a"))) {
            assertThat(clamdscan(socket, "--no-summary", clean).output()).endsWith(": OK\n");
            assertThat(clamdscan(socket, "--no-summary", infected))
                    .isEqualTo(new Result(1, infected + ": Test-Virus FOUND\n"));
            assertThat(clamdscan(socket, "--multiscan", clean).status()).isZero();
        }
    }
}
