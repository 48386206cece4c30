package clamd.vproxy.supervisor.commands.policy;

import clamd.vproxy.policies.GuestIdentity;
import clamd.vproxy.policies.PolicyChange;
import clamd.vproxy.policies.PolicySet;
import clamd.vproxy.supervisor.base.json.Json;
import clamd.vproxy.supervisor.commands.common.BuildVersion;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import clamd.vproxy.supervisor.commands.options.PolicyOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code clamd-vproxy policy diff}: shows what another policy file would change. */
@Command(
        name = "diff",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false,
        header = "Shows what another policy file would change for the running guests.",
        description =
                "The guests are those of the running daemon, or libvirt's. Ends with 0 if nothing would change for them, 1 if something would, 69 if libvirt"
                        + " does not answer, 78 if one of the files is wrong.")
final class PolicyDiffCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "The file that is to replace the policy file.")
    private Path file = Path.of("");

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Mixin private PolicyContext context = new PolicyContext();

    @Spec private CommandSpec spec = CommandSpec.create();

    /** The JSON output; the revisions are those of the two files. */
    private record Report(
            String before, String after, int runningGuests, List<PolicyView.Change> changes) {}

    @Override
    public Integer call() throws CommandException, InterruptedException {
        context.ask();
        PolicySet before = context.policies();
        PolicySet after = PolicyOptions.of(file).load(context.underneath());
        List<GuestIdentity> guests = context.running();
        List<PolicyChange> changes = PolicyChange.between(before, after, guests);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Json.print(
                    out,
                    new Report(
                            before.revision(),
                            after.revision(),
                            guests.size(),
                            changes.stream().map(PolicyView.Change::of).toList()));
        } else {
            changes.forEach(change -> out.println(change.line()));
            out.printf("Running guests: %d, changed: %d%n", guests.size(), changes.size());
            out.flush();
        }
        return (changes.isEmpty() ? ExitCode.OK : ExitCode.FAILED).number();
    }
}
