package clamd.vproxy.supervisor.commands;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.commands.common.ExitCode;
import clamd.vproxy.supervisor.testing.LogTap;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The command line itself, before anything is read or started. */
class UsageTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--nonsense | Unknown option: '--nonsense'",
                "stray | Unmatched argument at index 0: 'stray'",
                "--policy | Missing required parameter for option '--policy' (FILE)",
                "--port x | Invalid value for option '--port': 'x' is not an int",
                "--port 99999999999"
                        + " | Invalid value for option '--port': '99999999999' is not an int",
                "--drain-timeout 5 | Invalid value for option '--drain-timeout':"
                        + " \"5\" is not a duration; write a number with ms, s, m or h",
                "--drain-timeout 25h"
                        + " | Invalid value for option '--drain-timeout': \"25h\" is longer than 24h",
                "--wait-for-clamd=soon | Invalid value for option '--wait-for-clamd':"
                        + " \"soon\" is not a duration; write a number with ms, s, m or h",
                "--max-stream-size 100MB | Invalid value for option '--max-stream-size':"
                        + " \"100MB\" is not a size; write bytes or a number with KiB, MiB, GiB, TiB"
            })
    void unreadableArgumentsAreReportedInOneLine(String arguments, String message) {
        Outcome outcome = Outcome.of(arguments.split(" ", -1));
        assertThat(outcome.exitCode()).isEqualTo(64);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).containsExactly("clamd-vproxy: " + message + "; try --help");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--port 0 | --port must be between 1 and 2147483647, not 0",
                "--cid x | --cid must be \"any\" or a number up to 4294967295, not \"x\"",
                "--cid -1 | --cid must be \"any\" or a number up to 4294967295, not \"-1\"",
                "--cid 4294967296"
                        + " | --cid must be \"any\" or a number up to 4294967295, not \"4294967296\"",
                "--no-vsock | --no-vsock leaves nothing to listen on; add --hybrid-vsock TEMPLATE",
                "--no-libvirt --hybrid-vsock /run/{name}"
                        + " | --hybrid-vsock needs libvirt to know the guests; drop --no-libvirt",
                "--no-libvirt --connect test:///default"
                        + " | --connect and --no-libvirt contradict each other; drop one",
                "--no-libvirt --hook-spool /run/h"
                        + " | --hook-spool and --no-libvirt contradict each other; drop one",
                "--connect test:///a --connect test:///b --connect test:///a"
                        + " | --connect names test:///a twice; drop one",
                "--hybrid-owner vmm"
                        + " | --hybrid-owner says who owns the sockets of --hybrid-vsock; add that",
                "--hybrid-vsock /run/vm | --hybrid-vsock: \"/run/vm\" gives all guests one socket;"
                        + " put {name} or {uuid} into it",
                "--hybrid-vsock /run/{name} --hybrid-owner :"
                        + " | --hybrid-owner: \":\" is not of the form USER, USER:GROUP or :GROUP",
                "--clamd nonsense"
                        + " | --clamd: \"nonsense\" is no address of a clamd; write /PATH, unix:/PATH, HOST:PORT,"
                        + " [IPV6]:PORT or tcp://HOST:PORT",
                "--clamd host:99999"
                        + " | --clamd: \"host:99999\" has a port that is not between 1 and"
                        + " 65535; write /PATH, unix:/PATH, HOST:PORT,"
                        + " [IPV6]:PORT or tcp://HOST:PORT",
                "--clamd /a --clamd host:1 --clamd /a | --clamd names /a twice; drop one",
                "--clamd /a --clamd unix:///a | --clamd names /a twice; drop one",
                "--clamd host:1 --clamd tcp://host:1 | --clamd names host:1 twice; drop one",
                "--clamd-conf /a --clamd-conf /b"
                        + " | --clamd-conf names 2 files for 1 clamds; name one for all, or one for"
                        + " each in their order",
                "--host-max-connections 0 | --host-max-connections must be at least 1, not 0",
                "--host-max-uploads 0 | --host-max-uploads must be at least 1, not 0",
                "--scan-slots 0 | --scan-slots must be at least 1, not 0",
                "--scan-slots 4 --host-max-uploads 4 | --scan-slots 4 needs more uploads than that,"
                        + " not --host-max-uploads 4: streams that wait for a slot are open, too",
                "--max-connections -1 | maxConnections is -1, out of range; it is 0 to 10000",
                "--command-timeout-secs 0"
                        + " | commandTimeout is 0s, out of range; it is more than 0 and at most 24h"
            })
    void invalidOptionValuesAreReportedInOneLineBeforeAllElse(String arguments, String message) {
        // were it let pass, there must be nothing that it can start
        String all = arguments + (arguments.contains("--clamd") ? "" : " --clamd /nonexistent/c");
        try (LogTap log = LogTap.on("clamd.vproxy.supervisor.commands")) {
            Outcome outcome = Outcome.of(all.split(" ", -1));
            assertThat(outcome.exitCode()).isEqualTo(64);
            assertThat(outcome.out()).isEmpty();
            assertThat(outcome.err()).containsExactly("clamd-vproxy: " + message);
            assertThat(log.lines()).isEmpty();
        }
    }

    @Test
    void theCommandThatWasMeantIsNamed() {
        assertThat(Outcome.of("check", "--frob").err())
                .containsExactly("clamd-vproxy check: Unknown option: '--frob'; try --help");
        assertThat(Outcome.of("demo", "--frob").err())
                .containsExactly("clamd-vproxy demo: Unknown option: '--frob'; try --help");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--port=3401", "--no-vsock --policy=/p.json", "--version", ""})
    void theDaemonsOptionsAreReadWithoutTheOtherCommands(String arguments) {
        assertThat(Main.commandLineFor(words(arguments)).getSubcommands()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "-h",
                "-hd",
                "status",
                "--policy /p.json",
                "--port=3401 status",
                "@file"
            })
    void possibleCommandsAreReadWithAllCommands(String arguments) {
        assertThat(Main.commandLineFor(words(arguments)).getSubcommands())
                .hasSameSizeAs(Main.commandLine().getSubcommands())
                .isNotEmpty();
    }

    @Test
    void aWrongOptionIsNamedWithAndWithoutTheOtherCommands() {
        StringWriter err = new StringWriter();
        int exitCode =
                Main.commandLineFor("--prot=1")
                        .setErr(new PrintWriter(err, true))
                        .execute("--prot=1");
        assertThat(exitCode).isEqualTo(ExitCode.USAGE.number());
        assertThat(err.toString().lines().toList()).isEqualTo(Outcome.of("--prot=1").err());
    }

    private static String[] words(String arguments) {
        return arguments.isEmpty() ? new String[0] : arguments.split(" ", -1);
    }

    @Test
    void theDefaultsAreTheDocumentedOnes() {
        CommandSpec spec = Main.commandLine().parseArgs().commandSpec();
        assertThat(value(spec, "--cid")).isEqualTo("2");
        assertThat(value(spec, "--port")).isEqualTo(3400);
        assertThat(value(spec, "--clamd")).isEqualTo(List.of("/run/clamav/clamd.ctl"));
        assertThat(value(spec, "--max-connections")).isEqualTo(10);
        assertThat(value(spec, "--max-stream-size")).isEqualTo(104_857_600L);
        assertThat(value(spec, "--max-chunk-size")).isEqualTo(26_214_400L);
        assertThat(value(spec, "--command-timeout-secs")).isEqualTo(30L);
        assertThat(value(spec, "--read-timeout-secs")).isEqualTo(60L);
        assertThat(value(spec, "--stream-timeout-secs")).isEqualTo(120L);
        assertThat(value(spec, "--host-max-connections")).isEqualTo(2000);
        assertThat(value(spec, "--drain-timeout")).isEqualTo(Duration.ofSeconds(30));
    }

    private static Object value(CommandSpec spec, String option) {
        return spec.findOption(option).getValue();
    }

    @Test
    void waitingForClamdHasATimeOfItsOwn() {
        CommandLine.ParseResult parsed = Main.commandLine().parseArgs("--wait-for-clamd");
        assertThat(value(parsed.commandSpec(), "--wait-for-clamd"))
                .isEqualTo(Duration.ofMinutes(5));
        parsed = Main.commandLine().parseArgs("--wait-for-clamd=1500ms");
        assertThat(value(parsed.commandSpec(), "--wait-for-clamd"))
                .isEqualTo(Duration.ofMillis(1500));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "-V", "check --version", "demo -V"})
    void theVersionIsPrinted(String arguments) {
        Outcome outcome = Outcome.of(arguments.split(" ", -1));
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out())
                .satisfiesExactly(
                        version -> assertThat(version).startsWith("clamd-vproxy "),
                        build -> assertThat(build).startsWith("commit "),
                        runtime -> assertThat(runtime).startsWith("Java 25"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "check --help", "demo --help"})
    void helpIsGiven(String arguments) {
        Outcome outcome = Outcome.of(arguments.split(" ", -1));
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).anyMatch(line -> line.startsWith("Usage: clamd-vproxy"));
        assertThat(outcome.out()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }

    @Test
    void noPlaceholderHasABracketThatTheManualReadsAsMarkup() {
        assertThat(withSubcommands(Main.commandLine()))
                .hasSizeGreaterThan(20)
                .flatExtracting(command -> command.getCommandSpec().options())
                .allSatisfy(option -> assertThat(option.paramLabel()).doesNotContain("["));
    }

    private static List<CommandLine> withSubcommands(CommandLine command) {
        List<CommandLine> all = new ArrayList<>(List.of(command));
        command.getSubcommands().values().forEach(each -> all.addAll(withSubcommands(each)));
        return all;
    }

    @Test
    void helpNamesEveryExitCode() {
        String help = String.join(" ", Outcome.of("--help").out());
        assertThat(List.of("0 after SIGTERM", "64", "69", "78")).allMatch(help::contains);
    }

    @Test
    void aNameThatLooksLikeAnOptionNeedsTwoHyphensBeforeIt() {
        assertThat(Outcome.of("guest", "-x").err())
                .containsExactly(
                        "clamd-vproxy guest: unknown option -x; write -- before a name that begins"
                                + " with -, or try --help");
        assertThat(Outcome.of("guest", "--control-socket=/missing", "--", "-x").err())
                .containsExactly(
                        "clamd-vproxy guest: there is no /missing; start the daemon, or name the"
                                + " socket that it listens on with --control-socket");
    }
}
