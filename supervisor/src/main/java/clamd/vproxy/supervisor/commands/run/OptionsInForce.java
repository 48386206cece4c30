package clamd.vproxy.supervisor.commands.run;

import java.util.Comparator;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The options of a command as they are in force, typed or not. Static function only. */
final class OptionsInForce {
    private OptionsInForce() {}

    /** A line for each, {@code --port=3400}; what has no value is as if it were not there. */
    static String text(CommandSpec spec) {
        return spec.options().stream()
                .sorted(Comparator.comparing(OptionSpec::longestName))
                .filter(option -> !option.usageHelp() && !option.versionHelp())
                .map(option -> option.longestName() + "=" + option.<Object>getValue() + "\n")
                .collect(Collectors.joining());
    }
}
