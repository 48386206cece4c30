package clamd.vproxy.supervisor.commands.options;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.guests.usage.UsageSettings;
import clamd.vproxy.supervisor.reports.audit.AuditSettings;
import clamd.vproxy.supervisor.reports.control.ControlSettings;
import clamd.vproxy.supervisor.reports.http.HttpSettings;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** All options of the daemon, for itself and for commands that read them in the same way. */
public final class DaemonOptions {
    // read before all others, by ConfigurationFile.namedBy
    @Mixin
    @SuppressWarnings("UnusedVariable")
    private ConfigurationOption configuration = new ConfigurationOption();

    @Mixin private ListenOptions listen = new ListenOptions();
    @Mixin private ClamdOptions clamd = new ClamdOptions();
    @Mixin private PolicyOptions policy = new PolicyOptions();
    @Mixin private ControlOptions control = new ControlOptions();
    @Mixin private StateOptions state = new StateOptions();
    @Mixin private HttpOptions http = new HttpOptions();
    @Mixin private AuditOptions audit = new AuditOptions();
    @Mixin private LogOptions logging = new LogOptions();
    @Mixin private LimitOptions defaults = new LimitOptions();
    @Mixin private HostOptions host = new HostOptions();

    @Option(
            names = "--wait-for-clamd",
            paramLabel = "DURATION",
            arity = "0..1",
            fallbackValue = "5m",
            converter = DurationConverter.class,
            description =
                    "Wait for a clamd at the start instead of ending with 69 (5m if no time is"
                            + " given; default: 5m in the packaged service, else no wait). Guests can"
                            + " connect meanwhile; their streams wait.")
    private @Nullable Duration waitForClamd;

    @Option(
            names = "--drain-timeout",
            paramLabel = "DURATION",
            defaultValue = "30s",
            converter = DurationConverter.class,
            description =
                    "How long running scans may go on after SIGTERM (default: ${DEFAULT-VALUE}).")
    private Duration drainTimeout = Duration.ZERO;

    /**
     * Refuses contradictory or invalid options in the configuration file or on the command line;
     * reads no other file.
     *
     * @param command the command that has these as a mixin
     * @throws CommandException naming the option
     */
    public void check(CommandSpec command) throws CommandException {
        if (command.defaultValueProvider() instanceof ConfiguredDefaults configured) {
            configured.file().check(command);
        }
        listen.check();
        host.check();
        clamd.check();
        Optional<HttpSettings> _ = http.settings();
        Optional<AuditSettings> _ = audit.settings();
        Limits _ = defaults.limits();
    }

    public ListenOptions listen() {
        return listen;
    }

    public ClamdOptions clamd() {
        return clamd;
    }

    public PolicyOptions policy() {
        return policy;
    }

    public ControlSettings control() {
        return control.settings();
    }

    public UsageSettings state() {
        return state.settings();
    }

    public Optional<HttpSettings> http() throws CommandException {
        return http.settings();
    }

    public Optional<AuditSettings> audit() throws CommandException {
        return audit.settings();
    }

    public LogOptions logging() {
        return logging;
    }

    /** Returns the default limits below the policy file. */
    public Limits limits() throws CommandException {
        return defaults.limits();
    }

    public HostOptions host() {
        return host;
    }

    /** Returns how long to wait for a clamd at the start; empty = not at all. */
    public Optional<Duration> waitForClamd() {
        return Optional.ofNullable(waitForClamd);
    }

    /** Returns how long running scans may continue after SIGTERM. */
    public Duration drainTimeout() {
        return drainTimeout;
    }
}
