package clamd.vproxy.supervisor.commands.run;

import java.util.Comparator;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Formats the effective options of a command, typed or not. Static function only. */
final class OptionsInForce {
    private OptionsInForce() {}

    /**
     * Returns a line for each option, such as {@code --port=3400}; options without a value are
     * omitted.
     */
    static String text(CommandSpec spec) {
        return spec.options().stream()
                .sorted(Comparator.comparing(OptionSpec::longestName))
                .filter(option -> !option.usageHelp() && !option.versionHelp())
                .map(option -> option.longestName() + "=" + option.<Object>getValue() + "\n")
                .collect(Collectors.joining());
    }
}
