package clamd.vproxy.supervisor.commands.policy;

import clamd.vproxy.policies.PolicyException;
import clamd.vproxy.policies.PolicySet;
import clamd.vproxy.policies.Problem;
import clamd.vproxy.policies.RuleWarning;
import clamd.vproxy.supervisor.base.json.Json;
import clamd.vproxy.supervisor.commands.check.Alignment;
import clamd.vproxy.supervisor.commands.common.BuildVersion;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import clamd.vproxy.supervisor.commands.options.ClamdOptions;
import clamd.vproxy.supervisor.commands.options.HostOptions;
import clamd.vproxy.supervisor.commands.options.LimitOptions;
import clamd.vproxy.supervisor.commands.options.PolicyOptions;
import clamd.vproxy.worker.clamd.conf.Finding;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code clamd-vproxy policy check}: checks whether a policy file is valid. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false,
        header = "Says everything that is wrong with a policy file.",
        description =
                "Warns, too, of rules that probably match no guest, and of limits that do not fit to clamd's own, where its configuration is"
                        + " known. Ends with 0 if the file is correct, else 78.")
final class PolicyCheckCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "Policy file (default: the one of --policy).")
    private @Nullable Path file;

    @Option(names = "--json", description = "Print JSON, also of what is wrong with the file.")
    private boolean json;

    @Mixin private PolicyOptions configured = new PolicyOptions();
    @Mixin private ClamdOptions clamd = new ClamdOptions();
    @Mixin private LimitOptions defaults = new LimitOptions();
    @Mixin private HostOptions host = new HostOptions();

    @Spec private CommandSpec spec = CommandSpec.create();

    /**
     * The JSON output; it has no revision if the file is wrong, and no warnings if clamd's limits
     * are not known.
     */
    private record Report(
            String file,
            boolean correct,
            @Nullable String revision,
            List<Problem> problems,
            @Nullable List<Finding> warnings,
            List<RuleWarning> ruleWarnings) {}

    @Override
    public Integer call() throws CommandException {
        host.check();
        clamd.check();
        PrintWriter out = spec.commandLine().getOut();
        PolicyOptions policy = file == null ? configured : PolicyOptions.of(file);
        PolicySet policies;
        try {
            policies = policy.read(defaults.limits());
        } catch (PolicyException e) {
            if (!json) {
                throw new CommandException(ExitCode.CONFIG, e);
            }
            Json.print(
                    out,
                    new Report(
                            policy.file().toString(), false, null, e.problems(), null, List.of()));
            return ExitCode.CONFIG.number();
        }
        Collection<List<Finding>> findings =
                Alignment.findings(policies, clamd.all(), host).values();
        List<Finding> warnings =
                findings.stream().flatMap(PolicyCheckCommand::warnings).distinct().toList();
        if (json) {
            Json.print(
                    out,
                    new Report(
                            policy.file().toString(),
                            true,
                            policies.revision(),
                            List.of(),
                            findings.isEmpty() ? null : warnings,
                            policies.warnings()));
        } else {
            out.println(policy.verdict(policies));
            policies.warnings().forEach(warning -> out.println("WARNING  " + warning.line()));
            warnings.forEach(finding -> out.println("WARNING  " + finding.line()));
            out.flush();
        }
        return ExitCode.OK.number();
    }

    private static Stream<Finding> warnings(List<Finding> findings) {
        return findings.stream().filter(finding -> finding.level() == Finding.Level.WARNING);
    }
}
