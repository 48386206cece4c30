package clamd.vproxy.supervisor.commands;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.commands.options.ConfigurationFile;
import clamd.vproxy.supervisor.commands.options.ConfiguredDefaults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The daemon's options in a file. */
class ConfigurationFileTest {
    private static final Path SHIPPED = Path.of("src/main/systemd/clamd-vproxy.conf");

    @TempDir private Path folder;

    private Path write(String... lines) throws IOException {
        return Files.write(folder.resolve("clamd-vproxy.conf"), List.of(lines));
    }

    private static Object value(CommandLine parsed, String option) {
        return parsed.getCommandSpec().findOption(option).getValue();
    }

    private static CommandLine subcommand(CommandLine command, String name) {
        return Objects.requireNonNull(command.getSubcommands().get(name));
    }

    private static CommandLine parse(String... arguments) {
        CommandLine commandLine = Main.commandLine(arguments);
        commandLine.parseArgs(arguments);
        return commandLine;
    }

    @Test
    void eachOptionMayStandInTheFileAndTheCommandLineOverridesIt() throws Exception {
        Path file =
                write(
                        "# a comment",
                        "",
                        "port = 77",
                        "  cid=any",
                        "clamd = /run/one",
                        "clamd = /run/two = 2",
                        "no-libvirt = true",
                        "drain-timeout = 5s",
                        "max-connections = 33");
        CommandLine configured = parse("--config=" + file);
        assertThat(value(configured, "--port")).isEqualTo(77);
        assertThat(value(configured, "--cid")).isEqualTo("any");
        assertThat(value(configured, "--clamd")).isEqualTo(List.of("/run/one", "/run/two = 2"));
        assertThat(value(configured, "--no-libvirt")).isEqualTo(true);
        assertThat(value(configured, "--drain-timeout")).isEqualTo(Duration.ofSeconds(5));
        assertThat(value(configured, "--max-connections")).isEqualTo(33);

        CommandLine overridden =
                parse("--config", file.toString(), "--port=78", "--clamd=/c", "--no-libvirt");
        assertThat(value(overridden, "--port")).isEqualTo(78);
        assertThat(value(overridden, "--clamd")).isEqualTo(List.of("/c"));
        assertThat(value(overridden, "--no-libvirt")).isEqualTo(true);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "prot = 3401 | :2: unknown option \"prot\"; did you mean \"port\"?",
                "config = x | :2: unknown option \"config\"",
                "frobnicate = yes | :2: unknown option \"frobnicate\"",
                "port 3401 | :2: \"port 3401\" is not of the form option = value",
                "port = | :2: \"port =\" is not of the form option = value",
                "port = x | :2: port: 'x' is not an int",
                "port = 0 | :2: --port must be between 1 and 2147483647, not 0",
                "debug = yes | :2: debug: 'yes' is not a boolean",
                "drain-timeout = 5"
                        + " | :2: drain-timeout: \"5\" is not a duration; write a number with ms, s, m or h",
                "command-timeout-secs = 0"
                        + " | :2: commandTimeout is 0s, out of range; it is more than 0 and at most 24h",
                "clamd = nonsense | :2: --clamd: \"nonsense\" is no address of a clamd; write /PATH,"
                        + " unix:/PATH, HOST:PORT, [IPV6]:PORT or tcp://HOST:PORT"
            })
    void whatIsWrongIsOneLineWithTheFileAndTheLine(String line, String message) throws Exception {
        Path file = write("# options", line);
        for (String command : List.of("", "check ")) {
            Outcome outcome = Outcome.of((command + "--config=" + file).split(" "));
            assertThat(outcome.exitCode()).isEqualTo(78);
            assertThat(outcome.out()).isEmpty();
            assertThat(outcome.err())
                    .containsExactly(("clamd-vproxy " + command).strip() + ": " + file + message);
        }
    }

    @Test
    void allUnknownOptionsAreNamedAtOnceAndAnOptionThatIsSetTwice() throws Exception {
        Path file = write("one = 1", "port = 1", "port = 2", "two = 2");
        assertThat(Outcome.of("check", "--config=" + file).err())
                .containsExactly(
                        "clamd-vproxy check: " + file + ":1: unknown option \"one\"",
                        "clamd-vproxy check: " + file + ":3: port is set twice; drop one",
                        "clamd-vproxy check: " + file + ":4: unknown option \"two\"");
    }

    @Test
    void aWrongOptionOnTheCommandLineIsNotBlamedOnTheFile() throws Exception {
        Outcome outcome = Outcome.of("--config=" + write("port = 3400"), "--port=x");
        assertThat(outcome.exitCode()).isEqualTo(64);
        assertThat(outcome.err().getFirst())
                .startsWith("clamd-vproxy: Invalid value for option '--port': 'x'");
    }

    @Test
    void aFileThatIsNamedMustBeThere() {
        Path missing = folder.resolve("missing.conf");
        Outcome outcome = Outcome.of("check", "--config=" + missing);
        assertThat(outcome.exitCode()).isEqualTo(78);
        assertThat(outcome.err())
                .containsExactly(
                        "clamd-vproxy check: " + missing + " is missing; it is named by --config");
    }

    @Test
    void commandsReadTheirPlacesInTheFileButNotOptionsThatOnlyHaveTheName() throws Exception {
        Path file = write("cid = any", "control-socket = /nonexistent/c", "debug = true");
        CommandLine commandLine = Main.commandLine("--config=" + file);
        commandLine.parseArgs("status");
        assertThat(value(subcommand(commandLine, "status"), "--control-socket"))
                .isEqualTo(Path.of("/nonexistent/c"));
        commandLine.parseArgs("policy", "explain", "--name=x");
        CommandLine explain = subcommand(subcommand(commandLine, "policy"), "explain");
        assertThat(explain.getCommandSpec().findOption("--cid").<Object>getValue()).isNull();
    }

    @Test
    void theVariablesOfTheServiceAreBelowTheFile() throws Exception {
        Map<String, String> environment =
                Map.of(
                        "CLAMD_VPROXY_POLICY", "/old/policy.json",
                        "CLAMD_VPROXY_WAIT_FOR_CLAMD", "7m",
                        "CLAMD_VPROXY_PORT", "tcp://10.0.0.1:3400");
        CommandLine commandLine = Main.commandLine();
        commandLine.setDefaultValueProvider(
                new ConfiguredDefaults(
                        ConfigurationFile.namedBy("--config=" + write("wait-for-clamd = 1m")),
                        environment));
        commandLine.parseArgs();
        assertThat(value(commandLine, "--policy")).isEqualTo(Path.of("/old/policy.json"));
        assertThat(value(commandLine, "--wait-for-clamd")).isEqualTo(Duration.ofMinutes(1));
        assertThat(value(commandLine, "--port")).isEqualTo(3400);
    }

    @Test
    void aGuestsNameBehindTwoHyphensNamesNoConfigurationFile() throws Exception {
        String option = "--config=" + Files.writeString(folder.resolve("conf"), "port = 1\n");
        assertThat(ConfigurationFile.namedBy("guest", option).place("port")).isPresent();
        assertThat(ConfigurationFile.namedBy("guest", "--", option).place("port")).isEmpty();
    }

    @Test
    void theShippedFileHasEveryOptionCommentedOutAndExplained() throws Exception {
        Map<String, OptionSpec> options =
                ConfigurationFile.options(Main.commandLine().getCommandSpec());
        List<String> lines = Files.readAllLines(SHIPPED);
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            assertThat(line).matches("|#.*").hasSizeLessThanOrEqualTo(130);
            if (!line.matches("#[a-z].*")) {
                continue;
            }
            String key = line.substring(1, line.indexOf(" = "));
            assertThat(lines.get(i - 1)).as(key).matches("# .*\\.");
            assertThat(options).containsKey(key);
            String standard = Objects.requireNonNull(options.get(key)).defaultValue();
            if (standard != null) {
                assertThat(line).isEqualTo("#" + key + " = " + standard);
            }
            keys.add(key);
        }
        assertThat(keys)
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(options.keySet());
    }

    @Test
    void theShippedFileIsUnderstoodWithAllItsLinesInForce() throws Exception {
        List<String> lines =
                Files.readAllLines(SHIPPED).stream()
                        .map(line -> line.matches("#[a-z].*") ? line.substring(1) : line)
                        .toList();
        Path file = write(lines.toArray(String[]::new));
        ConfigurationFile configured = ConfigurationFile.namedBy("--config=" + file);
        assertThat(configured.place("port")).isPresent();
        // its clamd.conf and policy file are not here
        Outcome outcome =
                Outcome.of(
                        "check",
                        "--config=" + file,
                        "--policy=" + Files.writeString(folder.resolve("p"), "{\"version\": 1}"),
                        "--clamd-conf=" + Files.writeString(folder.resolve("c"), "MaxThreads 4\n"),
                        "--host-max-uploads=20",
                        "--scan-slots=2");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isEqualTo(1);
    }
}
