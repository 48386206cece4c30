package clamd.vproxy.supervisor.commands.check;

import clamd.vproxy.policies.PolicySet;
import clamd.vproxy.supervisor.commands.common.BuildVersion;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import clamd.vproxy.supervisor.commands.options.ConfiguredClamd;
import clamd.vproxy.supervisor.commands.options.DaemonOptions;
import clamd.vproxy.supervisor.commands.options.ListenOptions;
import clamd.vproxy.supervisor.connections.listen.HybridTemplate;
import clamd.vproxy.worker.clamd.conf.Finding;
import clamd.vproxy.worker.clamd.conf.LimitsAlignment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code clamd-vproxy check}: reports what a start would report, without starting anything. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false,
        header = "Checks options, policy file and clamd's configuration as a start would.",
        description =
                "Takes the daemon's options and reads its configuration file. Compares the limits"
                        + " with clamd's own, and says what differs from clamd.conf on this host: its"
                        + " socket's mode and owner, ports that systemd opens for it, its threads; and whether"
                        + " clamd-vproxy.socket listens where the daemon would."
                        + " Ends with 0 if all is well, 1 if there are warnings, 64 if an option is"
                        + " wrong, 78 if a file is.")
public final class CheckCommand implements Callable<Integer> {
    @Option(
            names = {"-q", "--quiet"},
            description = "Print warnings and errors alone, and end with 0 if there are warnings.")
    private boolean quiet;

    @Mixin private DaemonOptions options = new DaemonOptions();

    @Spec private CommandSpec spec = CommandSpec.create();

    private boolean warned;

    private static String sockets(HybridTemplate template, int port) {
        try {
            return template.servedBy(port)
                    .map(daemon ->
                            "The sockets of %s are served by %s; a second one refuses to start."
                                    .formatted(template.template(), daemon))
                    .orElse("No daemon serves the sockets of %s.".formatted(template.template()));
        } catch (IOException e) {
            return "Whether a daemon serves the sockets of %s is not known: %s"
                    .formatted(template.template(), e);
        }
    }

    @Override
    public Integer call() throws CommandException {
        options.check(spec);
        PolicySet policies = options.policy().load(options.limits());
        List<ConfiguredClamd> clamds = options.clamd().all();
        say(options.policy().verdict(policies));
        policies.warnings().forEach(warning -> warn(warning.line()));
        compare(policies, clamds);
        if (clamds.stream().allMatch(known -> known.conf().isPresent())) {
            say(spool(options.host().maxSpoolBytes(clamds)));
        }
        for (ConfiguredClamd known : clamds) {
            known.warning().ifPresent(this::warn);
            if (known.conf().isEmpty()) {
                warned = true;
                spec.commandLine()
                        .getOut()
                        .println(
                                "The configuration of %s is not known; name it with --clamd-conf."
                                        .formatted(known.endpoint()));
            }
        }
        ListenOptions listen = options.listen();
        Optional<HybridTemplate> hybrid = listen.hybrid();
        if (hybrid.isPresent()) {
            say(sockets(hybrid.get(), listen.port()));
        }
        listen.vsockAddress()
                .flatMap(address -> SocketUnit.listensElsewhere(Path.of("/"), address))
                .ifPresent(this::warn);
        return (warned && !quiet ? ExitCode.FAILED : ExitCode.OK).number();
    }

    /**
     * Prints a table for each configuration of clamd, corrected by the state of its first clamd,
     * and one for each further clamd, corrected by that clamd's state.
     */
    private void compare(PolicySet policies, List<ConfiguredClamd> clamds) {
        Map<Path, List<Finding>> configured =
                new HashMap<>(Alignment.findings(policies, clamds, options.host()));
        Surroundings surroundings = new Surroundings(Path.of("/"));
        for (ConfiguredClamd clamd : clamds) {
            @Nullable List<Finding> ofFile =
                    clamd.conf().isPresent() ? configured.remove(clamd.confFile()) : null;
            if (ofFile != null) {
                say(clamd.confFile() + " against our limits:");
                print(surroundings.correct(ofFile, clamd));
                continue;
            }
            List<Finding> outside = surroundings.correct(List.of(), clamd);
            if (!outside.isEmpty()) {
                say("clamd at " + clamd.endpoint() + ":");
                print(outside);
            }
        }
    }

    private void print(List<Finding> findings) {
        say(LimitsAlignment.render(findings).stripTrailing());
        for (Finding finding : findings) {
            if (finding.level() == Finding.Level.WARNING) {
                warned = true;
                if (quiet) {
                    spec.commandLine().getOut().println("WARNING  " + finding.line());
                }
            }
        }
    }

    private void say(String line) {
        if (!quiet) {
            spec.commandLine().getOut().println(line);
        }
    }

    private void warn(String line) {
        warned = true;
        spec.commandLine().getOut().println("WARNING  " + line);
    }

    private static String spool(OptionalLong bytes) {
        return bytes.isPresent()
                ? "OK     open streams may hold %d MiB in clamd's temporary directory"
                        .formatted(bytes.getAsLong() >> 20)
                : "NOTE   open streams may fill clamd's temporary directory: it is not seen from here,"
                        + " and there is no --host-max-spool-size";
    }
}
