package clamd.vproxy.hooks.install;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The real script, run as libvirt runs it, by every shell that this machine has. */
@ParameterizedClass
@MethodSource("shells")
class HookScriptRunTest {
    private static final String XML = "<domain><name>v1</name></domain>\n";

    /** The script's own limit is below two seconds; the rest is for a machine under load. */
    private static final Duration LIMIT = Duration.ofSeconds(4);

    @Parameter private String shell = "";

    @TempDir private Path temporary;
    private Path folder;
    private Path spool;

    /** /bin/sh is dash or bash. */
    static Stream<String> shells() {
        return Stream.of("/bin/sh", "/bin/busybox sh")
                .filter(shell -> Files.isExecutable(Path.of(shell.split(" ", 2)[0])));
    }

    @BeforeEach
    void makeSpool() throws Exception {
        folder = temporary.toRealPath();
        spool = Files.createDirectory(folder.resolve("spool"));
    }

    private HookRun run(Strictness strictness, String... arguments) throws Exception {
        return HookRun.of(command(strictness, arguments), XML);
    }

    private List<String> command(Strictness strictness, String... arguments) throws Exception {
        return changed(strictness, text -> text, arguments);
    }

    /** The script as it is installed, but for its shell and what {@code change} makes of it. */
    private List<String> changed(
            Strictness strictness, UnaryOperator<String> change, String... arguments)
            throws Exception {
        HookSettings settings = new HookSettings(spool.toString(), strictness);
        String text = HookScript.render(settings, "1.0").replaceFirst("#!.*", "#!" + shell);
        Path script = Files.writeString(folder.resolve("hook"), change.apply(text));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static void assertSilent(HookRun run) {
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
    }

    private void assertOnlyTheBellIsLeft() {
        assertThat(spool.toFile().list()).containsExactly("bell");
    }

    @Test
    void aStartIsHandedOverWholeAndItsAnswerTakenAway() throws Exception {
        try (FakeSupervisor supervisor = FakeSupervisor.answering(spool, "admitted")) {
            assertSilent(run(Strictness.FAIL_CLOSED, "v1", "start", "begin", "-"));
            assertThat(supervisor.request())
                    .isEqualTo("clamd-vproxy-hook 1\nv1\nstart\nbegin\n-\n" + XML);
            assertOnlyTheBellIsLeft();
        }
    }

    @ParameterizedTest
    @CsvSource({"reconnect,begin", "stopped,end"})
    void newsIsHandedOverWithoutAnAnswer(String operation, String subOperation) throws Exception {
        try (FakeSupervisor supervisor = FakeSupervisor.answering(spool, "refused no")) {
            assertSilent(run(Strictness.FAIL_CLOSED, "v1", operation, subOperation, "-"));
            assertThat(supervisor.request())
                    .startsWith("clamd-vproxy-hook 1\nv1\n" + operation + "\n" + subOperation);
            assertOnlyTheBellIsLeft();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "prepare,begin",
        "started,begin",
        "release,end",
        "restore,begin",
        "migrate,begin",
        "attach,begin",
        "start,end",
        "stopped,begin",
        "'',''"
    })
    void allOtherPhasesEndAtOnceAndRingNobody(String operation, String subOperation)
            throws Exception {
        try (RandomAccessFile _ = Bell.open(Bell.make(spool.resolve("bell")))) {
            HookRun run =
                    HookRun.withEndlessInput(
                            command(Strictness.FAIL_CLOSED, "v1", operation, subOperation, "-"));
            assertSilent(run);
            assertOnlyTheBellIsLeft();
        }
    }

    @Test
    void calledWithoutArgumentsItDoesNothing() throws Exception {
        assertSilent(run(Strictness.FAIL_CLOSED));
    }

    @ParameterizedTest
    @EnumSource(names = {"OFF", "ON"})
    void withoutASupervisorAGuestStarts(Strictness strictness) throws Exception {
        assertSilent(run(strictness, "v1", "start", "begin", "-"));
        assertThat(spool).isEmptyDirectory();
        Files.delete(spool);
        assertSilent(run(strictness, "v1", "start", "begin", "-"));
    }

    @Test
    void aSupervisorThatDiedIsNotWaitedFor() throws Exception {
        Bell.make(spool.resolve("bell"));
        for (String phase : List.of("start begin", "reconnect begin", "stopped end")) {
            HookRun run = run(Strictness.ON, ("v1 " + phase + " -").split(" ", -1));
            assertSilent(run);
            assertOnlyTheBellIsLeft();
        }
    }

    @Test
    void aFrozenSupervisorDelaysAStartByLessThanTwoSeconds() throws Exception {
        try (RandomAccessFile _ = Bell.open(Bell.make(spool.resolve("bell")))) {
            HookRun run = run(Strictness.ON, "v1", "start", "begin", "-");
            assertSilent(run);
            assertThat(run.took()).isBetween(Duration.ofSeconds(1), LIMIT);
            assertOnlyTheBellIsLeft();
        }
    }

    @Test
    void inputThatNeverEndsIsGivenUp() throws Exception {
        try (RandomAccessFile _ = Bell.open(Bell.make(spool.resolve("bell")))) {
            HookRun run =
                    HookRun.withEndlessInput(
                            command(Strictness.ON, "v1", "reconnect", "begin", "-"));
            assertSilent(run);
            assertThat(run.took()).isLessThan(LIMIT);
            assertThat(spool.toFile().list((_, name) -> name.endsWith(".request"))).isEmpty();
        }
    }

    @Test
    void strictItRefusesWithTheSupervisorsReason() throws Exception {
        try (FakeSupervisor _ = FakeSupervisor.answering(spool, "refused rule /rules/0, a:3")) {
            assertSilent(run(Strictness.OFF, "v1", "start", "begin", "-"));
            HookRun run = run(Strictness.ON, "v1", "start", "begin", "-");
            assertThat(run.err()).isEqualTo("clamd-vproxy: guest v1 refused: rule /rules/0, a:3\n");
            assertThat(run.out()).isEmpty();
            assertThat(run.exitCode()).isEqualTo(1);
            assertOnlyTheBellIsLeft();
        }
    }

    @Test
    void whatCouldNotBeJudgedCountsAsNoAnswer() throws Exception {
        try (FakeSupervisor _ = FakeSupervisor.answering(spool, "failed the XML is cut off")) {
            assertSilent(run(Strictness.ON, "v1", "start", "begin", "-"));
            HookRun run = run(Strictness.FAIL_CLOSED, "v1", "start", "begin", "-");
            assertThat(run.err())
                    .isEqualTo(
                            "clamd-vproxy: guest v1 refused: it could not be judged: the XML is cut"
                                    + " off\n");
            assertThat(run.exitCode()).isEqualTo(1);
        }
    }

    @Test
    void failClosedItRefusesWithoutASupervisorAndSaysWhatToDo() throws Exception {
        HookRun run = run(Strictness.FAIL_CLOSED, "v1", "start", "begin", "-");
        assertThat(run.err())
                .isEqualTo(
                        "clamd-vproxy: guest v1 refused: no supervisor answered at "
                                + spool
                                + ", and --strict=fail-closed asks for one; try: systemctl restart"
                                + " clamd-vproxy\n");
        assertThat(run.out()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(1);
        assertSilent(run(Strictness.FAIL_CLOSED, "v1", "reconnect", "begin", "-"));
        assertSilent(run(Strictness.FAIL_CLOSED, "v1", "stopped", "end", "-"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "admitted?", "refused", "REFUSED it", "admitted\nand more"})
    void anAnswerOutsideTheGrammarIsNone(String answer) throws Exception {
        try (FakeSupervisor _ = FakeSupervisor.answering(spool, answer)) {
            assertSilent(run(Strictness.ON, "v1", "start", "begin", "-"));
            assertThat(run(Strictness.FAIL_CLOSED, "v1", "start", "begin", "-").exitCode())
                    .isEqualTo(1);
        }
    }

    @Test
    void ofAReasonOnlyABoundedPartInPrintableAsciiIsShown() throws Exception {
        String reason = "refused \u001b[2Jgrün\n" + "x".repeat(100_000);
        try (FakeSupervisor _ = FakeSupervisor.answering(spool, reason)) {
            HookRun run = run(Strictness.ON, "v\u001b1", "start", "begin", "-");
            assertThat(run.err())
                    .startsWith("clamd-vproxy: guest v1 refused: [2Jgrnxxx")
                    .matches("[ -~]+\n")
                    .hasSizeLessThan(600);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a b  c",
                "'",
                "\"",
                "$(touch pwned)",
                "`touch pwned`",
                "-n",
                "--",
                "--help",
                "\\n%s%n",
                "*",
                "; touch pwned",
                "hand-over",
                "grün",
                ""
            })
    void aNameIsTakenToTheLetter(String name) throws Exception {
        try (FakeSupervisor supervisor = FakeSupervisor.answering(spool, "refused no")) {
            HookRun run = run(Strictness.ON, name, "start", "begin", "-");
            assertThat(supervisor.request())
                    .startsWith("clamd-vproxy-hook 1\n" + name + "\nstart\nbegin\n-\n<domain>");
            assertThat(run.err())
                    .isEqualTo("clamd-vproxy: guest " + name.replace("ü", "") + " refused: no\n");
            assertThat(run.exitCode()).isEqualTo(1);
        }
    }

    @Test
    void aNameThatWouldReadAsMoreLinesIsNotHandedOver() throws Exception {
        try (RandomAccessFile _ = Bell.open(Bell.make(spool.resolve("bell")))) {
            assertSilent(run(Strictness.ON, "v1\nstopped", "reconnect", "begin", "-"));
            assertSilent(run(Strictness.ON, "v1", "stopped", "end", "a\nb"));
            assertOnlyTheBellIsLeft();
        }
    }

    @Test
    void aLongXmlArrivesWholeAndAnEndlessOneIsCutOff() throws Exception {
        String longXml = "<x>" + "y".repeat(300_000) + "</x>";
        String endless = "z".repeat(3_000_000);
        try (FakeSupervisor supervisor = FakeSupervisor.answering(spool, "admitted")) {
            List<String> command = command(Strictness.OFF, "v1", "start", "begin", "-");
            assertSilent(HookRun.of(command, longXml));
            assertThat(supervisor.request()).endsWith("\n-\n" + longXml);
            assertSilent(HookRun.of(command, endless));
            assertThat(supervisor.request()).hasSizeBetween((1 << 20) + 1, 2 << 20);
        }
    }

    @Test
    void aRequestThatDoesNotFitIntoTheFileSystemIsTakenBack() throws Exception {
        try (RandomAccessFile _ = Bell.open(Bell.make(spool.resolve("bell")))) {
            List<String> limited =
                    new ArrayList<>(List.of("/bin/sh", "-c", "ulimit -f 1; exec \"$0\" \"$@\""));
            limited.addAll(command(Strictness.OFF, "v1", "reconnect", "begin", "-"));
            assertSilent(HookRun.of(limited, "<x>" + "y".repeat(300_000) + "</x>"));
            assertOnlyTheBellIsLeft();
        }
    }

    @Test
    void anOverfullSpoolGetsNoMore() throws Exception {
        try (RandomAccessFile _ = Bell.open(Bell.make(spool.resolve("bell")))) {
            for (int number = 0; number < 200; number++) {
                Files.createFile(spool.resolve(number + "-1.request"));
            }
            assertSilent(run(Strictness.OFF, "v1", "reconnect", "begin", "-"));
            assertThat(spool.toFile().list()).hasSize(202);
            assertSilent(run(Strictness.OFF, "v1", "reconnect", "begin", "-"));
            assertThat(spool.toFile().list()).hasSize(202);
        }
    }

    @Test
    void aSpoolBehindALinkIsNotEntered() throws Exception {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Files.delete(spool);
        Files.createSymbolicLink(spool, elsewhere);
        try (RandomAccessFile _ = Bell.open(Bell.make(elsewhere.resolve("bell")))) {
            assertSilent(run(Strictness.OFF, "v1", "reconnect", "begin", "-"));
            assertThat(elsewhere.toFile().list()).containsExactly("bell");
        }
    }

    @Test
    void aBellBehindALinkIsNotRung() throws Exception {
        Path elsewhere = Bell.make(folder.resolve("elsewhere"));
        Files.createSymbolicLink(spool.resolve("bell"), elsewhere);
        try (RandomAccessFile bell = Bell.open(elsewhere)) {
            assertSilent(run(Strictness.OFF, "v1", "reconnect", "begin", "-"));
            bell.write('!');
            assertThat(bell.read()).isEqualTo('!');
            assertOnlyTheBellIsLeft();
        }
    }

    @Test
    void aBellThatIsAFileIsNotWrittenTo() throws Exception {
        Path bell = Files.writeString(spool.resolve("bell"), "text");
        assertSilent(run(Strictness.OFF, "v1", "start", "begin", "-"));
        assertThat(bell).hasContent("text");
    }

    @Test
    void anAnswerBehindALinkIsNotRead() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "refused secret\n");
        try (FakeSupervisor _ =
                FakeSupervisor.replying(
                        spool, answer -> Files.createSymbolicLink(answer, secret))) {
            assertSilent(run(Strictness.ON, "v1", "start", "begin", "-"));
            assertThat(secret).hasContent("refused secret");
            assertOnlyTheBellIsLeft();
        }
    }

    @Test
    void anAnswerThatIsAPipeDoesNotHoldItUp() throws Exception {
        try (FakeSupervisor _ = FakeSupervisor.replying(spool, Bell::make)) {
            HookRun run = run(Strictness.ON, "v1", "start", "begin", "-");
            assertSilent(run);
            assertThat(run.took()).isLessThan(LIMIT);
            assertOnlyTheBellIsLeft();
        }
    }

    private List<String> withPlantedName() throws Exception {
        return changed(
                Strictness.OFF,
                text -> text.replace("name=$now-$$", "name=planted"),
                "v1",
                "reconnect",
                "begin",
                "-");
    }

    @Test
    void aLinkPlantedUnderARequestsFirstNameIsNotFollowed() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "text");
        Path pipe = Bell.make(folder.resolve("pipe"));
        List<String> command = withPlantedName();
        try (RandomAccessFile _ = Bell.open(Bell.make(spool.resolve("bell")));
                RandomAccessFile target = Bell.open(pipe)) {
            for (Path planted : List.of(file, pipe)) {
                Files.createSymbolicLink(spool.resolve("planted.new"), planted);
                assertSilent(HookRun.of(command, XML));
                assertOnlyTheBellIsLeft();
            }
            assertThat(file).hasContent("text");
            target.write('!');
            assertThat(target.read()).isEqualTo('!');
        }
    }

    @Test
    void aLinkPlantedUnderARequestsLastNameIsReplaced() throws Exception {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        List<String> command = withPlantedName();
        Path request = Files.createSymbolicLink(spool.resolve("planted.request"), elsewhere);
        try (RandomAccessFile _ = Bell.open(Bell.make(spool.resolve("bell")))) {
            assertSilent(HookRun.of(command, XML));
            assertThat(request).isRegularFile();
            assertThat(elsewhere).isEmptyDirectory();
        }
    }

    @Test
    void whenTheShellItselfFailsItEndsAsItWouldWithoutAnAnswer() throws Exception {
        UnaryOperator<String> failing =
                text -> text.replace("\nguest=", "\nreadonly answer=\nguest=");
        assertThat(
                        HookRun.of(
                                        changed(
                                                Strictness.FAIL_CLOSED,
                                                failing,
                                                "v1",
                                                "reconnect",
                                                "begin"),
                                        XML)
                                .exitCode())
                .isZero();
        assertThat(
                        HookRun.of(
                                        changed(
                                                Strictness.FAIL_CLOSED,
                                                failing,
                                                "v1",
                                                "start",
                                                "begin"),
                                        XML)
                                .exitCode())
                .isEqualTo(1);
    }
}
