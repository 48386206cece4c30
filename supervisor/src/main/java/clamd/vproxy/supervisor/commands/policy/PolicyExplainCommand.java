package clamd.vproxy.supervisor.commands.policy;

import clamd.vproxy.policies.Explanation;
import clamd.vproxy.policies.PolicySet;
import clamd.vproxy.policies.RuleOrigin;
import clamd.vproxy.supervisor.base.json.Json;
import clamd.vproxy.supervisor.commands.common.BuildVersion;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code clamd-vproxy policy explain}: explains which rule and limits apply to a guest. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false,
        header = "Says which rule decides for a guest, and where each limit comes from.",
        description =
                "GUEST is looked up among the running daemon's guests, then in libvirt; the daemon"
                        + " also tells its options. A guest that does not exist yet is described by"
                        + " --name, --uuid, --cid and --class. Ends with 0, 1 if libvirt has no such"
                        + " guest, 69 if libvirt does not answer, 78 if the file is wrong.")
final class PolicyExplainCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..1",
            paramLabel = "GUEST",
            description = "Name, UUID or CID of a guest; name or UUID of a domain that is off.")
    private @Nullable String guest;

    @Mixin private InventedGuestOptions invented = new InventedGuestOptions();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Mixin private PolicyContext context = new PolicyContext();

    @Spec private CommandSpec spec = CommandSpec.create();

    private record PassedRule(String rule, String reason) {}

    /** The JSON output. */
    private record Report(
            PolicyView.Guest guest,
            String revision,
            PolicyView.Policy policy,
            PolicyView.@Nullable Policy dryRun,
            List<PassedRule> passedOver,
            List<String> alsoMatching) {}

    @Override
    public Integer call() throws CommandException, InterruptedException {
        invented.check(guest);
        context.ask();
        PolicySet policies = context.policies();
        Explanation why =
                policies.explain(guest == null ? invented.identity() : context.find(guest));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Json.print(out, report(why, policies.revision()));
        } else {
            PolicyText.print(out, why);
        }
        return ExitCode.OK.number();
    }

    private static Report report(Explanation why, String revision) {
        return new Report(
                PolicyView.Guest.of(why.guest()),
                revision,
                PolicyView.Policy.of(why.policy()),
                why.policy().dryRun().map(PolicyView.Policy::of).orElse(null),
                why.passedOver().stream()
                        .map(rule -> new PassedRule(rule.origin().label(), rule.reason()))
                        .toList(),
                why.alsoMatching().stream().map(RuleOrigin::label).toList());
    }
}
