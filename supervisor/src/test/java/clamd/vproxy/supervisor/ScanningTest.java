package clamd.vproxy.supervisor;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import clamd.vproxy.supervisor.commands.demo.ClamdProcess;
import clamd.vproxy.supervisor.commands.demo.ClamdSetup;
import clamd.vproxy.supervisor.commands.demo.Eicar;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.LogTap.Line;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.supervisor.testing.TestGuest;
import clamd.vproxy.worker.clamd.conf.ClamdConf;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a guest gets from the whole daemon and a real clamd, the same over both its sockets. */
@Tag("libvirt")
@Tag("clamd")
@ParameterizedClass
@EnumSource
@Timeout(60)
class ScanningTest {
    private static final byte[] CLEAN = "nothing to see here".getBytes(US_ASCII);
    private static final int MAX_FILE_SIZE = 1 << 20;

    private static TemporaryFolder folder;
    private static ClamdProcess clamd;

    private final Endpoint endpoint;
    private Stage stage;

    ScanningTest(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    enum Endpoint {
        UNIX,
        TCP;

        String text() {
            if (this == UNIX) {
                return clamd.socket().toString();
            }
            InetSocketAddress tcp = clamd.tcpAddress().orElseThrow();
            return "127.0.0.1:" + tcp.getPort();
        }
    }

    @BeforeAll
    static void startClamd() throws Exception {
        folder = TemporaryFolder.create();
        ClamdSetup setup =
                ClamdSetup.in(folder.path().resolve("c"))
                        .withTcp()
                        .with("MaxFileSize", Integer.toString(MAX_FILE_SIZE))
                        .with("StreamMaxLength", "20M");
        clamd = new ClamdProcess(setup, System::nanoTime).start(Duration.ofSeconds(60));
    }

    @AfterAll
    static void stopClamd() throws Exception {
        clamd.close();
        folder.close();
    }

    @BeforeEach
    void startSupervisor() throws Exception {
        stage =
                Stage.with(endpoint.text())
                        .policy(
                                """
                                {"version": 1,
                                 "defaults": {"maxChunkSize": "16KiB", "maxStreamSize": "16MiB"},
                                 "rules": [{"match": {"name": "b"}, "maxStreamSize": "64KiB",
                                            "commands": ["INSTREAM"]}]}
                                """)
                        .largestHonestStream(
                                ClamdConf.read(clamd.configuration()).largestHonestStream())
                        .start();
    }

    @AfterEach
    void stopSupervisor() throws Exception {
        stage.close();
    }

    private String ask(String guest, String request) throws Exception {
        try (GuestClient client = stage.guest(guest)) {
            return client.says(request).hears();
        }
    }

    private String scan(String guest, byte[] content) throws Exception {
        try (GuestClient client = stage.guest(guest)) {
            return client.streams(content).hears();
        }
    }

    private Line assertLogged(String guest, String command, String verdict, String termination)
            throws Exception {
        Line line = stage.sessions().next();
        long cid = guest.equals("a") ? 3 : 4;
        String rule =
                guest.equals("a")
                        ? "unmatched"
                        : "rules[0]@" + stage.folder().resolve("policy.json") + ":3";
        assertThat(line.value("domain")).isEqualTo(guest);
        assertThat(line.value("uuid")).isEqualTo(new TestGuest(guest, cid).uuid().toString());
        assertThat(line.value("cid")).isEqualTo(Long.toString(cid));
        assertThat(line.value("rule")).isEqualTo(rule);
        assertThat(line.value("command")).isEqualTo(command);
        assertThat(line.value("verdict")).isEqualTo(verdict);
        assertThat(line.value("termination")).isEqualTo(termination);
        return line;
    }

    @Test
    void pingIsAnsweredInTheFormThatWasAsked() throws Exception {
        assertThat(ask("a", "zPING\0")).isEqualTo("PONG\0");
        assertLogged("a", "PING", "answered", "completed");
        assertThat(ask("a", "nPING\n")).isEqualTo("PONG\n");
        assertLogged("a", "PING", "answered", "completed");
    }

    @Test
    void versionIsClamdsOwn() throws Exception {
        assertThat(ask("a", "nVERSION\n")).matches("ClamAV [0-9.]+.*\n");
        assertLogged("a", "VERSION", "answered", "completed");
    }

    @Test
    void aCleanStreamIsOkAndCounted() throws Exception {
        assertThat(scan("a", CLEAN)).isEqualTo("stream: OK\0");
        assertThat(assertLogged("a", "INSTREAM", "clean", "completed").value("bytes"))
                .isEqualTo(Integer.toString(CLEAN.length));
    }

    @Test
    void anEmptyStreamIsOk() throws Exception {
        assertThat(scan("a", new byte[0])).isEqualTo("stream: OK\0");
        assertLogged("a", "INSTREAM", "clean", "completed");
    }

    @Test
    void malwareIsFoundAndTheLogNamesGuestAndSignature() throws Exception {
        assertThat(scan("b", Eicar.bytes()))
                .isEqualTo("stream: " + Eicar.SIGNATURE_NAME + ".UNOFFICIAL FOUND\0");
        Line line = assertLogged("b", "INSTREAM", "infected", "completed");
        assertThat(line.level()).isEqualTo(Level.WARN);
        assertThat(line.value("signature")).isEqualTo(Eicar.SIGNATURE_NAME + ".UNOFFICIAL");
    }

    @Test
    void aCommandThatReadsTheHostsFilesIsBlocked() throws Exception {
        assertThat(ask("a", "zSCAN /etc/shadow\0")).isEqualTo("SCAN: Command not allowed. ERROR\0");
        assertLogged("a", "zSCAN", "refused", "command-refused");
    }

    @Test
    void severalStreamsOfOneSessionAreScannedAndLoggedEachByItself() throws Exception {
        try (GuestClient client = stage.guest("a")) {
            client.says("zIDSESSION\0");
            for (byte[] content : List.of("clean".getBytes(US_ASCII), Eicar.bytes())) {
                client.says("zINSTREAM\0").chunk(content).says(new byte[4]);
            }
            client.says("zEND\0");
            assertThat(client.hears())
                    .isEqualTo(
                            "1: stream: OK\0"
                                    + "2: stream: "
                                    + Eicar.SIGNATURE_NAME
                                    + ".UNOFFICIAL FOUND\0");
        }
        assertThat(assertLogged("a", "INSTREAM", "clean", "completed").value("request"))
                .isEqualTo("1");
        assertThat(assertLogged("a", "INSTREAM", "infected", "completed").value("request"))
                .isEqualTo("2");
        assertLogged("a", "IDSESSION", "answered", "completed");
    }

    @Test
    void aCommandThatAnotherGuestMayUseIsBlockedForThisOne() throws Exception {
        assertThat(ask("b", "nPING\n")).isEqualTo("Command not allowed. ERROR\n");
        assertLogged("b", "nPING", "refused", "command-refused");
    }

    @Test
    void aSecondCommandInTheSameWriteIsNeverRun() throws Exception {
        assertThat(ask("a", "zPING\0zSHUTDOWN\0")).isEqualTo("PONG\0");
        assertThat(ask("a", "nSHUTDOWN\n")).isEqualTo("Command not allowed. ERROR\n");
        assertThat(ask("a", "zPING\0")).isEqualTo("PONG\0");
    }

    @Test
    void eachGuestHasItsOwnStreamLimit() throws Exception {
        byte[] large = new byte[(64 << 10) + 1];
        assertThat(scan("b", large)).isEqualTo("INSTREAM size limit exceeded. ERROR\0");
        assertLogged("b", "INSTREAM", "refused", "stream-limit");
        assertThat(scan("a", large)).isEqualTo("stream: OK\0");
        assertLogged("a", "INSTREAM", "clean", "completed");
        assertThat(scan("b", new byte[64 << 10])).isEqualTo("stream: OK\0");
    }

    @Test
    void anOverlongChunkIsRefusedAtItsHeader() throws Exception {
        try (GuestClient client = stage.guest("a")) {
            client.says("nINSTREAM\n").begins((16 << 10) + 1, new byte[0]);
            assertThat(client.hears()).isEqualTo("INSTREAM size limit exceeded. ERROR\n");
        }
        assertLogged("a", "INSTREAM", "refused", "chunk-limit");
    }

    @Test
    void theLargestChunkThatCanBeDeclaredIsRefused() throws Exception {
        try (GuestClient client = stage.guest("a")) {
            client.says("zINSTREAM\0").begins(-1, new byte[1 << 20]);
            assertThat(client.hears()).isEqualTo("INSTREAM size limit exceeded. ERROR\0");
        }
        assertLogged("a", "INSTREAM", "refused", "chunk-limit");
    }

    @Test
    void whatClamdWouldPassUnscannedIsNeverOkWhateverThePolicyAllows() throws Exception {
        byte[] hidden = new byte[MAX_FILE_SIZE + 1];
        System.arraycopy(Eicar.bytes(), 0, hidden, 0, Eicar.bytes().length);
        assertThat(scan("a", hidden)).isEqualTo("INSTREAM size limit exceeded. ERROR\0");
        assertLogged("a", "INSTREAM", "refused", "stream-limit");
    }

    @Test
    void aStreamAsLargeAsClamdScansIsScanned() throws Exception {
        byte[] infected = new byte[MAX_FILE_SIZE];
        System.arraycopy(Eicar.bytes(), 0, infected, 0, Eicar.bytes().length);
        assertThat(scan("a", infected)).endsWith(" FOUND\0");
        assertLogged("a", "INSTREAM", "infected", "completed");
    }

    @Test
    void aHalfCloseBehindTheEndMarkerDoesNotCancelTheScan() throws Exception {
        try (GuestClient client = stage.guest("a")) {
            client.streams(Eicar.bytes()).halfCloses();
            assertThat(client.hears()).endsWith(" FOUND\0");
        }
        assertLogged("a", "INSTREAM", "infected", "completed");
    }

    @Test
    void aHalfCloseBeforeTheEndMarkerIsNeverOk() throws Exception {
        try (GuestClient client = stage.guest("a")) {
            client.says("zINSTREAM\0").chunk(CLEAN).halfCloses();
            assertThat(client.hears()).isEqualTo("Stream ended before its end marker. ERROR\0");
        }
        assertLogged("a", "INSTREAM", "none", "stream-incomplete");
    }

    @Test
    void aHalfCloseAmidACommandIsRefused() throws Exception {
        try (GuestClient client = stage.guest("a")) {
            assertThat(client.says("zPIN").halfCloses().hears())
                    .isEqualTo("Command not complete. ERROR\0");
        }
        assertLogged("a", "zPIN", "none", "command-incomplete");
    }

    @Test
    void aConnectionWithoutAByteIsLoggedAndCostsNothing() throws Exception {
        try (GuestClient client = stage.guest("a")) {
            assertThat(client.halfCloses().hears()).isEmpty();
        }
        assertLogged("a", "none", "none", "nothing-asked");
    }

    @Test
    void bytesBehindTheEndMarkerAreDropped() throws Exception {
        try (GuestClient client = stage.guest("a")) {
            client.streams(Eicar.bytes()).says("zSHUTDOWN\0").end();
            assertThat(client.hears()).endsWith(" FOUND\0");
        }
        assertThat(ask("a", "zPING\0")).isEqualTo("PONG\0");
    }
}
