package clamd.vproxy.supervisor.commands.options;

import clamd.vproxy.policies.PrintableText;
import clamd.vproxy.policies.Wording;
import clamd.vproxy.supervisor.base.text.FileFailure;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The configuration file with the daemon's options: a line {@code option = value} for each, with
 * the option's long name without the dashes. Empty lines and lines that begin with {@code #} are
 * ignored. Immutable.
 */
public final class ConfigurationFile {
    /** The file that is used if none is named. */
    static final Path USUAL = Path.of("/etc/clamd-vproxy/clamd-vproxy.conf");

    private static final int LONGEST_QUOTE = 60;

    /** One setting; the line number counts from 1. */
    private record Setting(int number, String key, String value) {}

    private final Path file;
    private final List<Setting> settings;
    private final List<String> problems;

    private ConfigurationFile(Path file, List<Setting> settings, List<String> problems) {
        this.file = file;
        this.settings = List.copyOf(settings);
        this.problems = List.copyOf(problems);
    }

    /**
     * Reads the file that {@code --config} names in these arguments, or the usual one, which may be
     * absent. Only {@link #check} reports errors in it, so that a command that needs one setting
     * works even if others are wrong.
     */
    public static ConfigurationFile namedBy(String... arguments) {
        Optional<Path> named = Optional.empty();
        // the names of guests follow a double hyphen
        for (int i = 0; i < arguments.length && !arguments[i].equals("--"); i++) {
            if (arguments[i].startsWith(ConfigurationOption.NAME + "=")) {
                named =
                        Optional.of(
                                Path.of(
                                        arguments[i].substring(
                                                ConfigurationOption.NAME.length() + 1)));
            } else if (arguments[i].equals(ConfigurationOption.NAME) && i + 1 < arguments.length) {
                named = Optional.of(Path.of(arguments[i + 1]));
            }
        }
        return read(named.orElse(USUAL), named.isPresent());
    }

    private static ConfigurationFile read(Path file, boolean required) {
        List<Setting> settings = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        try {
            int number = 0;
            for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                number++;
                String text = line.strip();
                int equals = text.indexOf('=');
                if (text.isEmpty() || text.startsWith("#")) {
                    continue;
                }
                if (equals < 1 || equals == text.length() - 1) {
                    problems.add(
                            "%s:%d: \"%s\" is not of the form option = value"
                                    .formatted(
                                            file, number, PrintableText.of(text, LONGEST_QUOTE)));
                    continue;
                }
                settings.add(
                        new Setting(
                                number,
                                text.substring(0, equals).strip(),
                                text.substring(equals + 1).strip()));
            }
        } catch (NoSuchFileException _) {
            if (required) {
                problems.add(file + " is missing; it is named by " + ConfigurationOption.NAME);
            }
        } catch (CharacterCodingException _) {
            problems.add(file + " is not UTF-8");
        } catch (IOException e) {
            problems.add("the configuration file cannot be read: " + FileFailure.of(e));
        }
        return new ConfigurationFile(file, settings, problems);
    }

    /**
     * Returns the values of an option in the order of the file; empty if the file does not set it.
     */
    List<String> values(String key) {
        return settings.stream()
                .filter(setting -> setting.key().equals(key))
                .map(Setting::value)
                .toList();
    }

    /** Returns the place of the option, {@code FILE:LINE}; empty if the file does not set it. */
    public Optional<String> place(String key) {
        return settings.stream()
                .filter(setting -> setting.key().equals(key))
                .reduce((_, last) -> last)
                .map(this::place);
    }

    /**
     * Returns the place where the option has the value that this message quotes; empty if there is
     * none.
     */
    public Optional<String> placeOf(String key, String message) {
        return settings.stream()
                .filter(setting -> setting.key().equals(key))
                .filter(setting ->
                        message.contains("'" + setting.value() + "'")
                                || message.contains('"' + setting.value() + '"'))
                .findFirst()
                .map(this::place);
    }

    private String place(Setting setting) {
        return file + ":" + setting.number();
    }

    /**
     * Refuses a file that cannot be read, and keys that the daemon does not know.
     *
     * @param daemon the command with all options of the daemon
     * @throws CommandException with a line for each error
     */
    void check(CommandSpec daemon) throws CommandException {
        Map<String, OptionSpec> known = options(daemon);
        Set<String> seen = new HashSet<>();
        List<String> wrong = new ArrayList<>(problems);
        for (Setting setting : settings) {
            OptionSpec option = known.get(setting.key());
            boolean again = !seen.add(setting.key());
            if (option == null) {
                wrong.add(
                        "%s: unknown option \"%s\"%s"
                                .formatted(
                                        place(setting),
                                        PrintableText.of(setting.key(), LONGEST_QUOTE),
                                        Wording.guess(setting.key(), known.keySet())));
            } else if (again && !option.isMultiValue()) {
                wrong.add("%s: %s is set twice; drop one".formatted(place(setting), setting.key()));
            }
        }
        if (!wrong.isEmpty()) {
            throw new CommandException(ExitCode.CONFIG, String.join("\n", wrong));
        }
    }

    /** Returns the options that the file may set, by their keys. */
    public static Map<String, OptionSpec> options(CommandSpec daemon) {
        Map<String, OptionSpec> known = new TreeMap<>();
        for (OptionSpec option : daemon.options()) {
            boolean standard = option.usageHelp() || option.versionHelp();
            if (!standard && ConfiguredDefaults.isOfTheDaemon(option)) {
                known.put(ConfiguredDefaults.key(option), option);
            }
        }
        return known;
    }
}
