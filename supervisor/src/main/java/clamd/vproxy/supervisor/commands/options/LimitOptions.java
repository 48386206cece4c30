package clamd.vproxy.supervisor.commands.options;

import clamd.vproxy.policies.Limit;
import clamd.vproxy.policies.LimitValue;
import clamd.vproxy.policies.LimitValue.Count;
import clamd.vproxy.policies.LimitValue.Size;
import clamd.vproxy.policies.LimitValue.Time;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

/** The limits on the command line: the defaults below the policy file. */
public final class LimitOptions {
    private static final List<Limit> LIMITS =
            List.of(
                    Limit.MAX_CONNECTIONS,
                    Limit.MAX_STREAM_SIZE,
                    Limit.MAX_CHUNK_SIZE,
                    Limit.COMMAND_TIMEOUT,
                    Limit.READ_TIMEOUT,
                    Limit.STREAM_TIMEOUT);

    private final Map<Limit, OptionSpec> options = new EnumMap<>(Limit.class);

    /** Adds the options to the command that has these as a mixin. */
    @Spec
    void addTo(CommandSpec spec) {
        for (Limit limit : LIMITS) {
            OptionSpec option = option(limit);
            options.put(limit, option);
            spec.addOption(option);
        }
    }

    private static OptionSpec option(Limit limit) {
        String name = "--" + limit.key().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
        OptionSpec.Builder option =
                switch (limit.standard()) {
                    case Count count ->
                            OptionSpec.builder(name)
                                    .paramLabel("N")
                                    .type(int.class)
                                    .defaultValue(count.toString());
                    case Size size ->
                            OptionSpec.builder(name)
                                    .paramLabel("SIZE")
                                    .type(long.class)
                                    .converters(new SizeConverter())
                                    .defaultValue(size.toString());
                    case Time(Duration time) ->
                            OptionSpec.builder(name + "-secs")
                                    .paramLabel("SECONDS")
                                    .type(long.class)
                                    .defaultValue(Long.toString(time.toSeconds()));
                    default -> throw new AssertionError("no option for " + limit);
                };
        return option.description(limit.meaning() + " Default: ${DEFAULT-VALUE}.").build();
    }

    /** Whether one of these options has this name. */
    public boolean has(String name) {
        return options.values().stream().anyMatch(option -> option.longestName().equals(name));
    }

    /**
     * Returns the limits as given, and the built-in ones for options that are not set.
     *
     * @throws CommandException if one is out of range
     */
    public Limits limits() throws CommandException {
        Limits limits = Limits.standard();
        try {
            for (Map.Entry<Limit, OptionSpec> option : options.entrySet()) {
                long number = option.getValue().<Number>getValue().longValue();
                limits = limits.with(option.getKey(), value(option.getKey(), number));
            }
            return limits;
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, e);
        }
    }

    private static LimitValue value(Limit limit, long number) {
        return switch (limit.standard()) {
            case Size _ -> new Size(number);
            case Time _ -> new Time(Duration.ofSeconds(number));
            default -> new Count(number);
        };
    }
}
