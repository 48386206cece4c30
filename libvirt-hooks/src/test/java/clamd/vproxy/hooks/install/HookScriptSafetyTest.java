package clamd.vproxy.hooks.install;

import static clamd.vproxy.hooks.install.HookRig.assertSilent;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real script among names, reasons and spools of somebody who means harm. */
class HookScriptSafetyTest extends ByEachShell {
    @Test
    void ofAReasonOnlyABoundedPartInPrintableAsciiIsShown() throws Exception {
        String reason = "refused \u001b[2Jgrün\n" + "x".repeat(100_000);
        try (FakeSupervisor _ = FakeSupervisor.answering(hook.spool, reason)) {
            HookRun run = hook.run(Strictness.ON, "v\u001b1", "start", "begin", "-");
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
                ""
            })
    void aNameIsTakenToTheLetter(String name) throws Exception {
        try (FakeSupervisor supervisor = FakeSupervisor.answering(hook.spool, "refused no")) {
            HookRun run = hook.run(Strictness.ON, name, "start", "begin", "-");
            assertThat(supervisor.request())
                    .startsWith("clamd-vproxy-hook 1\n" + name + "\nstart\nbegin\n-\n<domain>");
            assertThat(run.err()).isEqualTo("clamd-vproxy: guest " + name + " refused: no\n");
            assertThat(run.exitCode()).isEqualTo(1);
        }
    }

    @Test
    void aNameThatWouldReadAsMoreLinesIsNotHandedOver() throws Exception {
        try (RandomAccessFile _ = Bell.open(Bell.make(hook.spool.resolve("bell")))) {
            assertSilent(hook.run(Strictness.ON, "v1\nstopped", "reconnect", "begin", "-"));
            assertSilent(hook.run(Strictness.ON, "v1", "stopped", "end", "a\nb"));
            hook.assertOnlyTheBellIsLeft();
        }
    }

    @Test
    void anOverfullSpoolGetsNoMore() throws Exception {
        try (RandomAccessFile _ = Bell.open(Bell.make(hook.spool.resolve("bell")))) {
            for (int number = 0; number < 200; number++) {
                Files.createFile(hook.spool.resolve(number + "-1.request"));
            }
            assertSilent(hook.run(Strictness.OFF, "v1", "reconnect", "begin", "-"));
            assertThat(hook.spool.toFile().list()).hasSize(202);
            assertSilent(hook.run(Strictness.OFF, "v1", "reconnect", "begin", "-"));
            assertThat(hook.spool.toFile().list()).hasSize(202);
        }
    }

    @Test
    void aSpoolBehindALinkIsNotEntered() throws Exception {
        Path elsewhere = Files.createDirectory(hook.folder.resolve("elsewhere"));
        Files.delete(hook.spool);
        Files.createSymbolicLink(hook.spool, elsewhere);
        try (RandomAccessFile _ = Bell.open(Bell.make(elsewhere.resolve("bell")))) {
            assertSilent(hook.run(Strictness.OFF, "v1", "reconnect", "begin", "-"));
            assertThat(elsewhere.toFile().list()).containsExactly("bell");
        }
    }

    @Test
    void aBellBehindALinkIsNotRung() throws Exception {
        Path elsewhere = Bell.make(hook.folder.resolve("elsewhere"));
        Files.createSymbolicLink(hook.spool.resolve("bell"), elsewhere);
        try (RandomAccessFile bell = Bell.open(elsewhere)) {
            assertSilent(hook.run(Strictness.OFF, "v1", "reconnect", "begin", "-"));
            bell.write('!');
            assertThat(bell.read()).isEqualTo('!');
            hook.assertOnlyTheBellIsLeft();
        }
    }

    @Test
    void aBellThatIsAFileIsNotWrittenTo() throws Exception {
        Path bell = Files.writeString(hook.spool.resolve("bell"), "text");
        assertSilent(hook.run(Strictness.OFF, "v1", "start", "begin", "-"));
        assertThat(bell).hasContent("text");
    }

    @Test
    void anAnswerBehindALinkIsNotRead() throws Exception {
        Path secret = Files.writeString(hook.folder.resolve("secret"), "refused secret\n");
        try (FakeSupervisor _ =
                FakeSupervisor.replying(
                        hook.spool, answer -> Files.createSymbolicLink(answer, secret))) {
            assertSilent(hook.run(Strictness.ON, "v1", "start", "begin", "-"));
            assertThat(secret).hasContent("refused secret");
            hook.assertOnlyTheBellIsLeft();
        }
    }

    @Test
    void anAnswerThatIsAPipeDoesNotHoldItUp() throws Exception {
        try (FakeSupervisor _ = FakeSupervisor.replying(hook.spool, Bell::make)) {
            HookRun run = hook.run(Strictness.ON, "v1", "start", "begin", "-");
            assertSilent(run);
            assertThat(run.took()).isLessThan(HookRig.LIMIT);
            hook.assertOnlyTheBellIsLeft();
        }
    }

    private List<String> withPlantedName() throws Exception {
        return hook.changed(
                Strictness.OFF,
                text -> text.replace("name=$now-$$", "name=planted"),
                "v1",
                "reconnect",
                "begin",
                "-");
    }

    @Test
    void aLinkPlantedUnderARequestsFirstNameIsNotFollowed() throws Exception {
        Path file = Files.writeString(hook.folder.resolve("file"), "text");
        Path pipe = Bell.make(hook.folder.resolve("pipe"));
        List<String> command = withPlantedName();
        try (RandomAccessFile _ = Bell.open(Bell.make(hook.spool.resolve("bell")));
                RandomAccessFile target = Bell.open(pipe)) {
            for (Path planted : List.of(file, pipe)) {
                Files.createSymbolicLink(hook.spool.resolve("planted.new"), planted);
                assertSilent(HookRun.of(command, HookRig.XML));
                hook.assertOnlyTheBellIsLeft();
            }
            assertThat(file).hasContent("text");
            target.write('!');
            assertThat(target.read()).isEqualTo('!');
        }
    }

    @Test
    void aLinkPlantedUnderARequestsLastNameIsReplaced() throws Exception {
        Path elsewhere = Files.createDirectory(hook.folder.resolve("elsewhere"));
        List<String> command = withPlantedName();
        Path request = Files.createSymbolicLink(hook.spool.resolve("planted.request"), elsewhere);
        try (RandomAccessFile _ = Bell.open(Bell.make(hook.spool.resolve("bell")))) {
            assertSilent(HookRun.of(command, HookRig.XML));
            assertThat(request).isRegularFile();
            assertThat(elsewhere).isEmptyDirectory();
        }
    }
}
