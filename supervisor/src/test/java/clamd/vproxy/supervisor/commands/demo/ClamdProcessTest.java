package clamd.vproxy.supervisor.commands.demo;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("clamd")
@Timeout(60)
class ClamdProcessTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir private Path temporary;

    @Test
    void aStartedClamdAnswersOnItsUnixSocketAndFindsOnlyWhatIsBad() throws Exception {
        try (ClamdProcess clamd = start(ClamdSetup.in(directory()))) {
            assertThat(ask(clamd.address(), "zPING\0".getBytes(US_ASCII))).isEqualTo("PONG\0");
            assertThat(ask(clamd.address(), instream(Eicar.bytes())))
                    .isEqualTo("stream: " + Eicar.SIGNATURE_NAME + ".UNOFFICIAL FOUND\0");
            assertThat(ask(clamd.address(), instream("clean".getBytes(US_ASCII))))
                    .isEqualTo("stream: OK\0");
        }
    }

    @Test
    void aClamdWithTcpAnswersThereToo() throws Exception {
        try (ClamdProcess clamd = start(ClamdSetup.in(directory()).withTcp())) {
            SocketAddress tcp = clamd.tcpAddress().orElseThrow();

            assertThat(ask(tcp, "zPING\0".getBytes(US_ASCII))).isEqualTo("PONG\0");
            assertThat(ask(tcp, instream(Eicar.bytes()))).endsWith(" FOUND\0");
        }
    }

    @Test
    void settingsReachClamd() throws Exception {
        try (ClamdProcess clamd = start(ClamdSetup.in(directory()).with("StreamMaxLength", "50"))) {
            assertThat(clamd.tcpAddress()).isEmpty();
            assertThat(ask(clamd.address(), instream(Eicar.bytes())))
                    .isEqualTo("INSTREAM size limit exceeded. ERROR\0");
        }
    }

    @Test
    void askingForTheMachinesSignaturesWorksWithAndWithoutThem() throws Exception {
        try (ClamdProcess clamd =
                new ClamdProcess(
                        ClamdSetup.in(directory()).withMachineSignatures(), System::nanoTime)) {
            Path machine = Path.of("/var/lib/clamav");
            Path expected =
                    ClamdFiles.hasSignatures(machine) ? machine : directory().resolve("signatures");

            assertThat(Files.readAllLines(clamd.configuration()))
                    .contains("DatabaseDirectory " + expected);
        }
    }

    @Test
    void signaturesAreRecognizedByTheirFiles() throws Exception {
        assertThat(ClamdFiles.hasSignatures(temporary)).isFalse();
        Files.createFile(temporary.resolve("eicar.ndb"));
        assertThat(ClamdFiles.hasSignatures(temporary)).isFalse();
        Files.createFile(temporary.resolve("daily.cld"));
        assertThat(ClamdFiles.hasSignatures(temporary)).isTrue();
    }

    @Test
    void closingLeavesNeitherProcessNorFile() throws Exception {
        ClamdProcess clamd = start(ClamdSetup.in(directory()));
        long pid = clamd.pid();
        assertThat(ProcessHandle.of(pid)).isPresent();

        clamd.close();

        assertThat(ProcessHandle.of(pid)).isEmpty();
        assertThat(Path.of("/proc", Long.toString(pid))).doesNotExist();
        assertThat(directory()).doesNotExist();
    }

    @Test
    void aKilledClamdStartsAgainAtTheSameSocket() throws Exception {
        try (ClamdProcess clamd = start(ClamdSetup.in(directory()))) {
            long first = clamd.pid();
            clamd.kill();
            assertThat(clamd.isAlive()).isFalse();
            assertThat(clamd.socket()).exists();
            assertThatThrownBy(() -> ask(clamd.address(), "zPING\0".getBytes(US_ASCII)))
                    .isInstanceOf(IOException.class);

            clamd.start(LIMIT);

            assertThat(clamd.pid()).isNotEqualTo(first);
            assertThat(ask(clamd.address(), "zPING\0".getBytes(US_ASCII))).isEqualTo("PONG\0");
        }
    }

    @Test
    void aSuspendedClamdIsSilentUntilItIsResumed() throws Exception {
        try (ClamdProcess clamd = start(ClamdSetup.in(directory()))) {
            clamd.suspend();
            assertThat(clamd.isAlive()).isTrue();
            assertThat(Ping.answers(clamd.address(), Duration.ofMillis(100))).isFalse();

            clamd.resume();

            assertThat(ask(clamd.address(), "zPING\0".getBytes(US_ASCII))).isEqualTo("PONG\0");
        }
    }

    @Test
    void aSuspendedClamdIsClosedLikeAnyOther() throws Exception {
        ClamdProcess clamd = start(ClamdSetup.in(directory()));
        long pid = clamd.pid();
        clamd.suspend();

        clamd.close();

        assertThat(ProcessHandle.of(pid)).isEmpty();
        assertThat(directory()).doesNotExist();
    }

    @Test
    void aBrokenSettingIsReportedInClamdsOwnWords() throws Exception {
        try (ClamdProcess clamd = prepared("MaxThreads", "many")) {
            assertThatThrownBy(() -> clamd.start(LIMIT))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("clamd ended with exit code 1")
                    .hasMessageContaining("Incorrect argument format for option MaxThreads")
                    .message()
                    .doesNotContain("\n");
        }
        assertThat(directory()).doesNotExist();
    }

    @Test
    void aClamdThatDiesAfterReadingItsConfigurationIsReportedToo() throws Exception {
        try (ClamdProcess clamd = prepared("DatabaseDirectory", "/nonexistent")) {
            assertThatThrownBy(() -> clamd.start(LIMIT))
                    .hasMessageContaining("No such file or directory");
        }
    }

    @Test
    void aClamdThatListensElsewhereIsReportedAfterTheLimit() throws Exception {
        try (ClamdProcess clamd =
                prepared("LocalSocket", directory().resolve("elsewhere").toString())) {
            assertThatThrownBy(() -> clamd.start(Duration.ofMillis(300)))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("clamd does not answer within 300 ms, it said: ");
            assertThat(clamd.isAlive()).isFalse();
        }
        assertThat(directory()).doesNotExist();
    }

    @Test
    void aRunningClamdIsNotStartedTwice() throws Exception {
        try (ClamdProcess clamd = start(ClamdSetup.in(directory()))) {
            assertThatThrownBy(() -> clamd.start(LIMIT)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aMachineWithoutClamdGetsAHintWhatToInstall() {
        assertThatThrownBy(() -> ClamdFiles.clamdIn(List.of(temporary)))
                .isInstanceOf(IOException.class)
                .hasMessage("clamd is not installed; try: apt-get install clamav-daemon");
    }

    @Test
    void aDirectoryThatHoldsSomethingIsLeftAlone() throws Exception {
        Path precious = Files.writeString(temporary.resolve("precious"), "x");

        assertThatThrownBy(() -> new ClamdProcess(ClamdSetup.in(temporary), System::nanoTime))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not empty");
        assertThat(precious).exists();
    }

    private Path directory() {
        return temporary.resolve("clamd");
    }

    private ClamdProcess prepared(String option, String value) throws IOException {
        return new ClamdProcess(ClamdSetup.in(directory()).with(option, value), System::nanoTime);
    }

    private static ClamdProcess start(ClamdSetup setup) throws IOException, InterruptedException {
        return new ClamdProcess(setup, System::nanoTime).start(LIMIT);
    }

    private static byte[] instream(byte[] content) {
        byte[] command = "zINSTREAM\0".getBytes(US_ASCII);
        return ByteBuffer.allocate(command.length + 4 + content.length + 4)
                .put(command)
                .putInt(content.length)
                .put(content)
                .putInt(0)
                .array();
    }

    /**
     * Sends a whole request and reads to the end; a reset behind a complete answer is clamd's way
     * to close.
     */
    private static String ask(SocketAddress address, byte[] request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(address);
                InputStream answer = Channels.newInputStream(channel)) {
            channel.write(ByteBuffer.wrap(request));
            StringBuilder text = new StringBuilder();
            for (int next = answer.read(); next >= 0; next = answer.read()) {
                text.append((char) next);
                if (next == 0) {
                    return text.toString();
                }
            }
            return text.toString();
        }
    }
}
