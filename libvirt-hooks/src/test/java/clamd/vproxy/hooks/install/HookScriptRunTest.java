package clamd.vproxy.hooks.install;

import static clamd.vproxy.hooks.install.HookRig.assertSilent;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The real script, run as libvirt runs it, by the shells that this machine has. */
class HookScriptRunTest extends ByEachShell {
    @Test
    void aStartIsHandedOverWholeAndItsAnswerTakenAway() throws Exception {
        try (FakeSupervisor supervisor = FakeSupervisor.answering(hook.spool, "admitted")) {
            assertSilent(hook.run(Strictness.FAIL_CLOSED, "v1", "start", "begin", "-"));
            assertThat(supervisor.request())
                    .isEqualTo("clamd-vproxy-hook 1\nv1\nstart\nbegin\n-\n" + HookRig.XML);
            hook.assertOnlyTheBellIsLeft();
        }
    }

    @ParameterizedTest
    @CsvSource({"reconnect,begin", "stopped,end"})
    void newsIsHandedOverWithoutAnAnswer(String operation, String subOperation) throws Exception {
        try (FakeSupervisor supervisor = FakeSupervisor.answering(hook.spool, "refused no")) {
            assertSilent(hook.run(Strictness.FAIL_CLOSED, "v1", operation, subOperation, "-"));
            assertThat(supervisor.request())
                    .startsWith("clamd-vproxy-hook 1\nv1\n" + operation + "\n" + subOperation);
            hook.assertOnlyTheBellIsLeft();
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
        try (RandomAccessFile _ = Bell.open(Bell.make(hook.spool.resolve("bell")))) {
            HookRun run =
                    HookRun.withEndlessInput(
                            hook.command(
                                    Strictness.FAIL_CLOSED, "v1", operation, subOperation, "-"));
            assertSilent(run);
            hook.assertOnlyTheBellIsLeft();
        }
    }

    @Test
    void calledWithoutArgumentsItDoesNothing() throws Exception {
        assertSilent(hook.run(Strictness.FAIL_CLOSED));
    }

    @ParameterizedTest
    @EnumSource(names = {"OFF", "ON"})
    void withoutASupervisorAGuestStarts(Strictness strictness) throws Exception {
        assertSilent(hook.run(strictness, "v1", "start", "begin", "-"));
        assertThat(hook.spool).isEmptyDirectory();
        Files.delete(hook.spool);
        assertSilent(hook.run(strictness, "v1", "start", "begin", "-"));
    }

    @Test
    void aSupervisorThatDiedIsNotWaitedFor() throws Exception {
        Bell.make(hook.spool.resolve("bell"));
        for (String phase : List.of("start begin", "reconnect begin", "stopped end")) {
            HookRun run = hook.run(Strictness.ON, ("v1 " + phase + " -").split(" ", -1));
            assertSilent(run);
            hook.assertOnlyTheBellIsLeft();
        }
    }

    @Test
    void aFrozenSupervisorDelaysAStartByLessThanTwoSeconds() throws Exception {
        try (RandomAccessFile _ = Bell.open(Bell.make(hook.spool.resolve("bell")))) {
            HookRun run = hook.run(Strictness.ON, "v1", "start", "begin", "-");
            assertSilent(run);
            assertThat(run.took()).isBetween(Duration.ofSeconds(1), HookRig.LIMIT);
            hook.assertOnlyTheBellIsLeft();
        }
    }

    @Test
    void inputThatNeverEndsIsGivenUp() throws Exception {
        try (RandomAccessFile _ = Bell.open(Bell.make(hook.spool.resolve("bell")))) {
            HookRun run =
                    HookRun.withEndlessInput(
                            hook.command(Strictness.ON, "v1", "reconnect", "begin", "-"));
            assertSilent(run);
            assertThat(run.took()).isLessThan(HookRig.LIMIT);
            assertThat(hook.requests()).isEmpty();
        }
    }

    @Test
    void strictItRefusesWithTheSupervisorsReason() throws Exception {
        try (FakeSupervisor _ =
                FakeSupervisor.answering(hook.spool, "refused rule /rules/0, a:3")) {
            assertSilent(hook.run(Strictness.OFF, "v1", "start", "begin", "-"));
            HookRun run = hook.run(Strictness.ON, "v1", "start", "begin", "-");
            assertThat(run.err()).isEqualTo("clamd-vproxy: guest v1 refused: rule /rules/0, a:3\n");
            assertThat(run.out()).isEmpty();
            assertThat(run.exitCode()).isEqualTo(1);
            hook.assertOnlyTheBellIsLeft();
        }
    }

    @Test
    void whatCouldNotBeJudgedCountsAsNoAnswer() throws Exception {
        try (FakeSupervisor _ = FakeSupervisor.answering(hook.spool, "failed the XML is cut off")) {
            assertSilent(hook.run(Strictness.ON, "v1", "start", "begin", "-"));
            HookRun run = hook.run(Strictness.FAIL_CLOSED, "v1", "start", "begin", "-");
            assertThat(run.err())
                    .isEqualTo(
                            "clamd-vproxy: guest v1 refused: it could not be judged: the XML is cut"
                                    + " off\n");
            assertThat(run.exitCode()).isEqualTo(1);
        }
    }

    @Test
    void failClosedItRefusesWithoutASupervisorAndSaysWhatToDo() throws Exception {
        HookRun run = hook.run(Strictness.FAIL_CLOSED, "v1", "start", "begin", "-");
        assertThat(run.err())
                .isEqualTo(
                        "clamd-vproxy: guest v1 refused: no supervisor answered at "
                                + hook.spool
                                + ", and --strict=fail-closed asks for one; try: systemctl restart"
                                + " clamd-vproxy\n");
        assertThat(run.out()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(1);
        assertSilent(hook.run(Strictness.FAIL_CLOSED, "v1", "reconnect", "begin", "-"));
        assertSilent(hook.run(Strictness.FAIL_CLOSED, "v1", "stopped", "end", "-"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "admitted?", "refused", "REFUSED it", "admitted\nand more"})
    void anAnswerOutsideTheGrammarIsNone(String answer) throws Exception {
        try (FakeSupervisor _ = FakeSupervisor.answering(hook.spool, answer)) {
            assertSilent(hook.run(Strictness.ON, "v1", "start", "begin", "-"));
            assertThat(hook.run(Strictness.FAIL_CLOSED, "v1", "start", "begin", "-").exitCode())
                    .isEqualTo(1);
        }
    }

    @Test
    void aLongXmlArrivesWholeAndAnEndlessOneIsCutOff() throws Exception {
        String longXml = "<x>" + "y".repeat(300_000) + "</x>";
        String endless = "z".repeat(3_000_000);
        try (FakeSupervisor supervisor = FakeSupervisor.answering(hook.spool, "admitted")) {
            List<String> command = hook.command(Strictness.OFF, "v1", "start", "begin", "-");
            assertSilent(HookRun.of(command, longXml));
            assertThat(supervisor.request()).endsWith("\n-\n" + longXml);
            assertSilent(HookRun.of(command, endless));
            assertThat(supervisor.request()).hasSizeBetween((1 << 20) + 1, 2 << 20);
        }
    }

    @Test
    void anXmlThatTricklesInArrivesWhole() throws Exception {
        try (FakeSupervisor supervisor = FakeSupervisor.answering(hook.spool, "admitted")) {
            String trickle = "for i in $(seq 30); do echo $i; sleep 0.01; done | \"$0\" \"$@\"";
            assertSilent(runBy(trickle, "start"));
            assertThat(supervisor.request().lines()).hasSize(5 + 30).endsWith("29", "30");
        }
    }

    @Test
    void aRequestThatDoesNotFitIntoTheFileSystemIsTakenBack() throws Exception {
        try (RandomAccessFile _ = Bell.open(Bell.make(hook.spool.resolve("bell")))) {
            assertSilent(
                    runBy("ulimit -f 1; head -c 300000 /dev/zero | \"$0\" \"$@\"", "reconnect"));
            hook.assertOnlyTheBellIsLeft();
        }
    }

    @Test
    void theSupervisorsUserCanReadARequestWhateverLibvirtsUmask() throws Exception {
        try (RandomAccessFile _ = Bell.open(Bell.make(hook.spool.resolve("bell")))) {
            assertSilent(runBy("umask 077; exec \"$0\" \"$@\"", "reconnect"));
            List<Path> requests = hook.requests();
            assertThat(requests).hasSize(1);
            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(requests.getFirst())))
                    .isEqualTo("rw-r--r--");
        }
    }

    /** Has a shell do something around it. */
    private HookRun runBy(String shellCommand, String operation) throws Exception {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", shellCommand));
        command.addAll(hook.command(Strictness.OFF, "v1", operation, "begin", "-"));
        return HookRun.of(command, HookRig.XML);
    }

    @Test
    void whenTheShellItselfFailsItEndsAsItWouldWithoutAnAnswer() throws Exception {
        assertThat(failing("reconnect").exitCode()).isZero();
        assertThat(failing("start").exitCode()).isEqualTo(1);
    }

    private HookRun failing(String operation) throws Exception {
        List<String> command =
                hook.changed(
                        Strictness.FAIL_CLOSED,
                        text -> text.replace("\nguest=", "\nreadonly answer=\nguest="),
                        "v1",
                        operation,
                        "begin",
                        "-");
        return HookRun.of(command, HookRig.XML);
    }
}
