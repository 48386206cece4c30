package clamd.vproxy.supervisor.guestpackage;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.commands.demo.ClamdProcess;
import clamd.vproxy.supervisor.commands.demo.ClamdSetup;
import clamd.vproxy.supervisor.guestpackage.Program.Result;
import clamd.vproxy.supervisor.testing.AnsweringClamd;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.StandInClamd;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.worker.session.Termination;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@code clamd-vproxy-guest-check} reports, and its exit status. */
@Tag("clamd")
@Tag("libvirt")
@Timeout(120)
class CheckTest {
    private TemporaryFolder folder;

    @BeforeEach
    void makeFolder() throws Exception {
        folder = TemporaryFolder.create();
    }

    @AfterEach
    void removeFolder() throws Exception {
        folder.close();
    }

    private static Result check(Path host, String... options) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Program.source("clamd-vproxy-guest-check").toString());
        command.addAll(List.of(options));
        return Program.run(Program.at(host, command));
    }

    private static void assertReports(Result result, int status, String text) {
        assertThat(result.status()).as(result.output()).isEqualTo(status);
        assertThat(result.output()).hasLineCount(1).contains(text);
    }

    @Test
    void aRealClamdFindsEicar() throws Exception {
        ClamdSetup setup = ClamdSetup.in(folder.path().resolve("c"));
        try (ClamdProcess clamd =
                        new ClamdProcess(setup, System::nanoTime).start(Duration.ofSeconds(60));
                Stage stage = Stage.with(clamd.socket()).start()) {
            assertReports(check(stage.socketOf("a")), 0, "OK: the host's clamd finds EICAR");
            assertReports(check(stage.socketOf("a"), "--clean"), 0, "OK: the host's clamd scans");
        }
    }

    @Test
    void aClamdWithoutSignaturesIsCritical() throws Exception {
        try (AnsweringClamd _ = AnsweringClamd.withoutSignatures(folder.path().resolve("c"));
                Stage stage = Stage.with(folder.path().resolve("c")).start()) {
            assertReports(check(stage.socketOf("a")), 2, "clamd does not find EICAR");
        }
    }

    @Test
    void whatThePolicyRefusesIsNamed() throws Exception {
        try (AnsweringClamd _ = new AnsweringClamd(folder.path().resolve("c"));
                Stage stage =
                        Stage.with(folder.path().resolve("c"))
                                .policy(
                                        """
                                        {"version": 1, "rules": [
                                          {"match": {"name": "a"}, "commands": ["PING"]},
                                          {"match": {"name": "b"}, "maxDailyScans": 1}]}
                                        """)
                                .start()) {
            assertReports(check(stage.socketOf("a")), 2, "the policy does not let this guest scan");
            try (GuestClient client = stage.guest("b")) {
                assertThat(client.streams(new byte[1]).hears()).isEqualTo("stream: OK\0");
            }
            assertReports(check(stage.socketOf("b")), 1, "a quota is used up");
        }
    }

    @Test
    void aClamdThatIsDownIsCritical() throws Exception {
        try (Stage stage =
                Stage.with("/nonexistent/clamd.sock")
                        .defaults("\"queueTimeout\": \"1s\"")
                        .start()) {
            assertReports(check(stage.socketOf("a")), 2, "clamd does not run on the host");
        }
    }

    @Test
    void aHostThatRefusesIsCritical() throws Exception {
        assertReports(check(Path.of("/nonexistent")), 2, "the host refuses the connection");
    }

    @Test
    void aHostThatSaysNothingIsCritical() throws Exception {
        try (StandInClamd host = StandInClamd.at(folder.path().resolve("host"))) {
            assertReports(check(host.socket(), "-t", "1"), 2, "no reply within 1 s");
        }
    }

    private Result checkWhereTheHostAnswers(String reply) throws Exception {
        try (StandInClamd host = StandInClamd.at(folder.path().resolve("host"))) {
            Thread.ofVirtual()
                    .start(() -> {
                        try (StandInClamd.Connection connection = host.accept()) {
                            connection.answers(reply + '\0');
                            connection.readsToTheEnd();
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
            return check(host.socket());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Guest not allowed. ERROR,2,the policy denies this guest",
        "Guest not known. ERROR,2,the host knows no guest with this CID",
        "INSTREAM size limit exceeded. ERROR,2,the policy does not admit a stream of 68 bytes",
        "Connection quota exceeded. ERROR,1,a quota is used up",
        "Connection rate exceeded. ERROR,1,a quota is used up",
        "Daily byte quota exceeded. ERROR,1,a quota is used up",
        "Connection limit of the host exceeded. ERROR,1,a quota is used up",
        "Queue timeout exceeded. ERROR,1,the host is busy",
        "Scan queue timeout exceeded. ERROR,1,the host is busy",
        "Stream timeout exceeded. ERROR,1,the host is busy",
        "Service closed for maintenance. ERROR,1,the host is busy",
        "Service paused for maintenance. ERROR,1,the host is busy",
        "Service is stopping. ERROR,1,the host is busy",
        "Scanner closed the connection. ERROR,2,clamd fails on the host",
        "nonsense,2,an unexpected reply"
    })
    void eachRefusalHasItsStatusAndAdvice(String reply, int status, String text) throws Exception {
        assertReports(checkWhereTheHostAnswers(reply), status, text);
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            // the check sends all of its command and its stream; the last one is a defect
            names = {"COMMAND_INCOMPLETE", "STREAM_INCOMPLETE", "INTERNAL_ERROR"})
    void everyTextThatTheCheckMayGetIsExpected(Termination termination) throws Exception {
        Optional<String> text = termination.guestText();
        if (text.isPresent()) {
            assertThat(checkWhereTheHostAnswers(text.get()).output())
                    .contains(text.get())
                    .doesNotContain("unexpected");
        }
    }

    /** A program named socat that fails as the real one does without a vsock device. */
    @Test
    void aGuestWithoutAVsockDeviceIsCritical() throws Exception {
        Path socat = folder.path().resolve("socat");
        Files.writeString(
                socat,
                "#!/bin/sh\necho 'socat[1] E connect(5, AF=40 cid:2 port:3400, 16): No such device' >&2\nexit 1\n");
        assertThat(socat.toFile().setExecutable(true)).isTrue();
        ProcessBuilder builder =
                Program.at(
                        Path.of("/unused"),
                        List.of(Program.source("clamd-vproxy-guest-check").toString()));
        builder.environment().merge("PATH", folder.path() + ":", (path, first) -> first + path);
        assertReports(Program.run(builder), 2, "no vsock device");
    }

    @Test
    void aWrongCommandLineIsUnknown() throws Exception {
        assertReports(check(Path.of("/unused"), "-t", "soon"), 3, "usage:");
    }
}
