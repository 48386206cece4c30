package clamd.vproxy.supervisor.commands.check;

import clamd.vproxy.policies.PolicySet;
import clamd.vproxy.supervisor.commands.common.BuildVersion;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import clamd.vproxy.supervisor.commands.options.ClamdOptions;
import clamd.vproxy.supervisor.commands.options.ConfiguredClamd;
import clamd.vproxy.supervisor.commands.options.HostOptions;
import clamd.vproxy.supervisor.commands.options.LimitOptions;
import clamd.vproxy.supervisor.commands.options.ListenOptions;
import clamd.vproxy.supervisor.commands.options.PolicyOptions;
import clamd.vproxy.supervisor.connections.listen.HybridTemplate;
import clamd.vproxy.worker.clamd.conf.Finding;
import clamd.vproxy.worker.clamd.conf.LimitsAlignment;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code clamd-vproxy check}: what would be said at a start, without starting anything. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false,
        header = "Checks the policy file and holds the limits against clamd's own.",
        description = "Ends with 0 if all is well, 1 if there are warnings, 78 if a file is wrong.")
public final class CheckCommand implements Callable<Integer> {
    @Mixin private ListenOptions listen = new ListenOptions();
    @Mixin private ClamdOptions clamd = new ClamdOptions();
    @Mixin private PolicyOptions policy = new PolicyOptions();
    @Mixin private LimitOptions defaults = new LimitOptions();
    @Mixin private HostOptions host = new HostOptions();

    @Spec private CommandSpec spec = CommandSpec.create();

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
        listen.check();
        host.check();
        clamd.check();
        PrintWriter out = spec.commandLine().getOut();
        PolicySet policies = policy.load(defaults.limits());
        out.println(policy.verdict(policies));
        List<ConfiguredClamd> clamds = clamd.all();
        policies.warnings().forEach(warning -> out.println("WARNING  " + warning.line()));
        boolean warned = !policies.warnings().isEmpty();
        for (var compared : Alignment.findings(policies, clamds, host).entrySet()) {
            List<Finding> findings = compared.getValue();
            out.println(compared.getKey() + " against our limits:");
            out.println(LimitsAlignment.render(findings).stripTrailing());
            warned |= findings.stream().anyMatch(found -> found.level() == Finding.Level.WARNING);
        }
        if (clamds.stream().allMatch(known -> known.conf().isPresent())) {
            out.println(spool(host.maxSpoolBytes(clamds)));
        }
        for (ConfiguredClamd known : clamds) {
            known.warning().ifPresent(warning -> out.println("WARNING  " + warning));
            warned |= known.warning().isPresent();
            if (known.conf().isEmpty()) {
                out.println(
                        "The configuration of "
                                + known.endpoint()
                                + " is not known; name it with --clamd-conf.");
                warned = true;
            }
        }
        Optional<HybridTemplate> hybrid = listen.hybrid();
        if (hybrid.isPresent()) {
            out.println(sockets(hybrid.get(), listen.port()));
        }
        return (warned ? ExitCode.FAILED : ExitCode.OK).number();
    }

    private static String spool(OptionalLong bytes) {
        return bytes.isPresent()
                ? "OK     open streams may hold %d MiB in clamd's temporary directory"
                        .formatted(bytes.getAsLong() >> 20)
                : "NOTE   open streams may fill clamd's temporary directory: it is not seen from here,"
                        + " and there is no --host-max-spool-size";
    }
}
