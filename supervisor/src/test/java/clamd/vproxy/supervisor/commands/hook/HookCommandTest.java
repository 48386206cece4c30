package clamd.vproxy.supervisor.commands.hook;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.commands.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The hook commands on an image's root; the hooks themselves are tested where they are made. */
class HookCommandTest {
    @TempDir private Path root;
    private Path dropIn;

    @BeforeEach
    void addPrograms() throws Exception {
        dropIn = root.resolve("etc/libvirt/hooks/qemu.d/50-clamd-vproxy");
        for (String program :
                List.of(
                        "bin/sh",
                        "bin/cat",
                        "bin/dd",
                        "bin/mv",
                        "bin/rm",
                        "bin/sleep",
                        "usr/bin/timeout",
                        "usr/bin/tr")) {
            Path file = root.resolve(program);
            Files.createDirectories(file.getParent());
            assertThat(Files.createFile(file).toFile().setExecutable(true)).isTrue();
        }
    }

    private Outcome hook(String... arguments) {
        String[] all = new String[arguments.length + 2];
        all[0] = "hook";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        all[all.length - 1] = "--root=" + root;
        return Outcome.of(all);
    }

    @Test
    void installVerifyAndUninstallFollowEachOther() {
        assertThat(hook("verify").exitCode()).isEqualTo(1);
        assertThat(hook("install"))
                .isEqualTo(new Outcome(0, List.of("installed " + dropIn), List.of()));
        Outcome verified = hook("verify");
        assertThat(verified.out()).isNotEmpty().allMatch(line -> line.startsWith("ok    "));
        assertThat(verified.exitCode()).isZero();
        assertThat(hook("uninstall"))
                .isEqualTo(new Outcome(0, List.of("removed " + dropIn), List.of()));
        Outcome missing = hook("verify");
        assertThat(missing.out())
                .contains(
                        "fix   "
                                + dropIn
                                + " is not there; run: clamd-vproxy hook install --root="
                                + root);
        assertThat(missing.exitCode()).isEqualTo(1);
    }

    @Test
    void whatIsLeftToDoIsSaidAfterInstalling() throws Exception {
        Files.createDirectory(root.resolve("proc"));
        Files.writeString(root.resolve("proc/uptime"), "100.00 0.00\n");
        assertThat(hook("install", "--spool=/run/x").out())
                .containsExactly(
                        "installed " + dropIn,
                        "fix   no supervisor has made "
                                + root
                                + "/run/x; run: systemctl start clamd-vproxy (it needs"
                                + " --hook-spool=/run/x)");
    }

    @ParameterizedTest
    @CsvSource({
        "--strict, on",
        "--strict=on, on",
        "--strict=off, off",
        "--strict=fail-closed, fail-closed",
        "--spool=/run/x, off"
    })
    void theScriptGoesByTheOptions(String option, String strict) {
        assertThat(hook("install", option).exitCode()).isZero();
        assertThat(dropIn).content().contains("\nSTRICT=" + strict + "\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "install --strict=yes | Invalid value for option '--strict': \"yes\" is not off, on"
                        + " or fail-closed; try --help",
                "install --spool=/run/../x | --spool: \"/run/../x\" is not an absolute path of"
                        + " letters, digits and . _ @ + - such as /run/clamd-vproxy/hook",
                "verify --strict | Unknown option: '--strict'; try --help"
            })
    void whatCannotBeIsOneLine(String arguments, String message) {
        Outcome outcome = hook(arguments.split(" ", -1));
        assertThat(outcome.exitCode()).isEqualTo(64);
        assertThat(outcome.err())
                .containsExactly(
                        "clamd-vproxy hook " + arguments.split(" ", 2)[0] + ": " + message);
        assertThat(dropIn).doesNotExist();
    }

    @Test
    void theHookAloneIsNoCommand() {
        Outcome outcome = Outcome.of("hook");
        assertThat(outcome.exitCode()).isEqualTo(64);
        assertThat(outcome.err())
                .containsExactly("clamd-vproxy hook: Missing required subcommand; try --help");
    }

    @Test
    void whatSomebodyEditedIsNeitherReplacedNorRemoved() throws Exception {
        hook("install");
        Files.writeString(dropIn, Files.readString(dropIn) + "# mine\n");
        for (String command : List.of("install", "uninstall")) {
            Outcome outcome = hook(command);
            assertThat(outcome.exitCode()).isEqualTo(1);
            assertThat(outcome.out()).isEmpty();
            assertThat(outcome.err())
                    .containsExactly(
                            "clamd-vproxy hook "
                                    + command
                                    + ": "
                                    + dropIn
                                    + " was edited since it was installed; to give it up, run: mv "
                                    + dropIn
                                    + " /root/");
        }
        assertThat(dropIn).content().endsWith("# mine\n");
    }
}
