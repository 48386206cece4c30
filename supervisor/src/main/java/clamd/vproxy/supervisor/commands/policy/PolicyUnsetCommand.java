package clamd.vproxy.supervisor.commands.policy;

import clamd.vproxy.supervisor.commands.common.BuildVersion;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code clamd-vproxy policy unset}: restores the limits of class and defaults for a guest or
 * tenant.
 */
@Command(
        name = "unset",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false,
        header = "Removes limits of one guest or tenant from the policy file.",
        description =
                "From the guest's own rule, so that its class or the defaults hold again; with"
                        + " --tenant from the tenant's entry. The rule or the entry stays. Ends with 0 if the file is"
                        + " changed, 1 if it is not, 69 if libvirt does not answer, 78 if the file"
                        + " was wrong before.")
final class PolicyUnsetCommand implements Callable<Integer> {
    @Mixin private PolicyEditing editing = new PolicyEditing();

    @Option(
            names = "--tenant",
            paramLabel = "TENANT",
            description =
                    "Remove limits of all guests of this tenant together, from its entry; then no"
                            + " GUEST is named.")
    private @Nullable String tenant;

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "KEY",
            description = "Limits, class, deny, dryRun or comment.")
    private List<String> keys = List.of();

    @Override
    public Integer call() throws CommandException, InterruptedException {
        List<String> given = new ArrayList<>(keys);
        if (tenant != null && !editing.firstParameter().isEmpty()) {
            given.addFirst(editing.firstParameter());
        }
        if (given.isEmpty()) {
            throw new CommandException(
                    ExitCode.USAGE, "nothing to unset; write a KEY, e.g. maxConnections");
        }
        if (tenant != null) {
            String ofTenant = tenant;
            return editing.editTenant(
                            ofTenant, (editor, file) -> editor.unsetOfTenant(file, ofTenant, given))
                    .number();
        }
        return editing.edit((editor, file, guest) -> editor.unset(file, guest, given)).number();
    }
}
