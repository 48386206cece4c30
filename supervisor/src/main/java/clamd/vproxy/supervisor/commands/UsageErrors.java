package clamd.vproxy.supervisor.commands;

import clamd.vproxy.policies.PrintableText;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import clamd.vproxy.supervisor.commands.options.ConfigurationFile;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;

/**
 * Reports in one line what is wrong with an option, and where it stands: on the command line, or in
 * which line of the configuration file. Immutable.
 */
final class UsageErrors implements IParameterExceptionHandler {
    /** The beginning of picocli's message. */
    private static final Pattern INVALID =
            Pattern.compile("Invalid value for option '--([a-z-]+)'(?: \\([^)]*\\))?: ");

    /** The daemon's own messages begin with the option, or with the limit that it sets. */
    private static final Pattern FIRST_WORD = Pattern.compile("(?:--)?([A-Za-z-]+)");

    private final ConfigurationFile configuration;

    UsageErrors(ConfigurationFile configuration) {
        this.configuration = configuration;
    }

    @Override
    public int handleParseException(ParameterException failure, String[] arguments) {
        CommandLine command = failure.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        String message = String.valueOf(failure.getMessage());
        Matcher invalid = INVALID.matcher(message);
        Optional<String> place =
                invalid.lookingAt()
                        ? configuration.placeOf(invalid.group(1), message)
                        : Optional.empty();
        if (place.isPresent()) {
            String what = invalid.group(1) + ": " + message.substring(invalid.end());
            command.getErr().println(name + ": " + place.get() + ": " + what);
            return ExitCode.CONFIG.number();
        }
        Optional<String> unknown =
                failure instanceof MissingParameterException
                        ? unknownOption(command)
                        : Optional.empty();
        command.getErr().println(name + ": " + unknown.orElse(message + "; try --help"));
        return ExitCode.USAGE.number();
    }

    /**
     * Returns the unknown option: picocli reports a missing name if the given one looks like an
     * option.
     */
    private static Optional<String> unknownOption(CommandLine command) {
        return command.getUnmatchedArguments().stream()
                .filter(argument -> argument.startsWith("-"))
                .findFirst()
                .map(argument ->
                        "unknown option %s; write -- before a name that begins with -, or try --help"
                                .formatted(PrintableText.of(argument)));
    }

    /** Returns the failure, with its place in the configuration file if the option is set there. */
    Exception located(Exception failure, CommandLine command) {
        if (!(failure instanceof CommandException known) || known.exitCode() != ExitCode.USAGE) {
            return failure;
        }
        String message = String.valueOf(known.getMessage());
        Matcher first = FIRST_WORD.matcher(message);
        if (!first.lookingAt()) {
            return failure;
        }
        String key = first.group(1).replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
        return Stream.of(key, key + "-secs")
                .filter(each -> !command.getParseResult().hasMatchedOption("--" + each))
                .flatMap(each -> configuration.place(each).stream())
                .findFirst()
                .<Exception>map(
                        place -> new CommandException(ExitCode.CONFIG, place + ": " + message))
                .orElse(failure);
    }
}
