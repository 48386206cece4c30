package clamd.vproxy.supervisor.commands;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Command;
import clamd.vproxy.policies.Limit;
import clamd.vproxy.policies.LimitValue;
import clamd.vproxy.policies.LimitValue.Allowed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine.Model.CommandSpec;

/** The documents and the command line have of each limit what its declaration says. */
class LimitDocumentsTest {
    @ParameterizedTest
    @EnumSource(Limit.class)
    void theTableForOperatorsHasTheLimitWithItsDefault(Limit limit) throws IOException {
        assertThat(Files.readAllLines(Path.of("OPERATING.md")))
                .filteredOn(line -> line.startsWith("| `" + limit.key() + "` |"))
                .singleElement()
                .asString()
                .matches("\\| `\\w+` \\| " + text(limit.standard()) + "(, [^|]*)? \\|.*");
    }

    private static String text(LimitValue value) {
        return value instanceof Allowed(Set<Command> commands)
                ? String.join(", ", commands.stream().map(Enum::name).toList())
                : value.toString();
    }

    @ParameterizedTest
    @EnumSource(
            value = Limit.class,
            names = {"MAX_CONNECTIONS", "MAX_STREAM_SIZE", "READ_TIMEOUT"})
    void anOptionIsDescribedAsTheLimitIs(Limit limit) {
        CommandSpec spec = Main.commandLine().getCommandSpec();
        assertThat(spec.options())
                .flatExtracting(option -> List.of(option.description()))
                .anyMatch(line -> line.startsWith(limit.meaning()));
    }
}
