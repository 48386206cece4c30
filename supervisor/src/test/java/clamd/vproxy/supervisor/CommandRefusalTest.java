package clamd.vproxy.supervisor;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.LogTap.Line;
import clamd.vproxy.supervisor.testing.Stage;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is no command never reaches clamd, which here is not even there. */
@Tag("libvirt")
@Timeout(60)
class CommandRefusalTest {
    private static Stage stage;

    @BeforeAll
    static void start() throws Exception {
        stage = Stage.with("/nonexistent/clamd.sock").start();
    }

    @AfterAll
    static void stop() throws Exception {
        stage.close();
    }

    private static void assertRefused(byte[] request, String reply, String command)
            throws Exception {
        try (GuestClient client = stage.guest("a")) {
            assertThat(client.says(request).hears()).isEqualTo(reply);
        }
        Line line = stage.sessions().next();
        assertThat(line.value("domain")).isEqualTo("a");
        assertThat(line.value("command")).isEqualTo(command);
        assertThat(line.value("verdict")).isEqualTo("refused");
        assertThat(line.value("termination")).isEqualTo("command-refused");
        assertThat(line.value("bytes")).isEqualTo("0");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 9, 10, 11, 32, 33, 100, 4104, 4105, 65_536, 1 << 20})
    void whatIsNoCommandIsRefusedWhateverItsLength(int length) throws Exception {
        byte[] letters = new byte[length];
        Arrays.fill(letters, (byte) 'X');
        assertRefused(letters, "Command not allowed. ERROR\n", "X".repeat(Math.min(length, 32)));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 10, 11, 4105, 1 << 20})
    void theTextEndsAsTheRequestWouldHave(int length) throws Exception {
        byte[] letters = new byte[length];
        Arrays.fill(letters, (byte) 'z');
        assertRefused(letters, "Command not allowed. ERROR\0", "z".repeat(Math.min(length, 32)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zping\0",
                "zPING\n",
                "nPING\0\n",
                "nPING\r\n",
                "zPING \0",
                "nnPING\n",
                "zINSTREAM\n",
                "nINSTREAM\r\n\0\0\0\4abcd\0\0\0\0",
                "INSTREAM\n",
                "IDSESSION\n",
                "VERSIONCOMMANDS\n",
                "nSTATS\n",
                "zRELOAD\0",
                "nSHUTDOWN\n",
                "zFILDES\0",
                "GET / HTTP/1.1\r\n\r\n"
            })
    void otherCommandsThatClamdUnderstandsAreRefused(String request) throws Exception {
        String name = request.replaceAll("^([A-Za-z]*)(?s:.*)$", "$1");
        assertRefused(
                request.getBytes(ISO_8859_1),
                "Command not allowed. ERROR" + (request.startsWith("z") ? '\0' : '\n'),
                name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SCAN", "CONTSCAN", "MULTISCAN", "RAWSCAN", "ALLMATCHSCAN"})
    void aCommandThatTakesAPathIsRefusedWithItsNameAndAColon(String command) throws Exception {
        assertRefused(
                (command + " /etc\n").getBytes(ISO_8859_1),
                command + ": Command not allowed. ERROR\n",
                command);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\0", "\n", "\r\n", "\u00ff\u00fe", "\u001b[2J", "%n%s"})
    void whatHasNoNameIsLoggedAsAQuestionMark(String request) throws Exception {
        assertRefused(request.getBytes(ISO_8859_1), "Command not allowed. ERROR\n", "?");
    }

    @Test
    void nothingOfARequestCanForgeALogLine() throws Exception {
        String forged = "zST\" verdict=\"clean\nsession ended";
        assertRefused(forged.getBytes(ISO_8859_1), "Command not allowed. ERROR\0", "zST");
    }

    @Test
    void aCommandCutIntoSingleBytesIsRefusedAtTheFirstWrongOne() throws Exception {
        try (GuestClient client = stage.guest("a")) {
            for (String letter : "zPINX".split("", -1)) {
                client.says(letter);
            }
            assertThat(client.hears()).isEqualTo("Command not allowed. ERROR\0");
        }
        assertThat(stage.sessions().next().value("command")).isEqualTo("zPINX");
    }
}
