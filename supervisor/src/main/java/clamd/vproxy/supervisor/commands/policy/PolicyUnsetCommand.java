package clamd.vproxy.supervisor.commands.policy;

import clamd.vproxy.supervisor.commands.common.BuildVersion;
import clamd.vproxy.supervisor.commands.common.CommandException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code clamd-vproxy policy unset}: lets class and defaults hold again for one guest. */
@Command(
        name = "unset",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false,
        header = "Removes limits from one guest's own rule in the policy file.",
        description =
                "Its class or the defaults hold again; the rule stays. Ends with 0 if the file is"
                        + " changed, 1 if it is not, 69 if libvirt does not answer, 78 if the file"
                        + " was wrong before.")
final class PolicyUnsetCommand implements Callable<Integer> {
    @Mixin private PolicyEditing editing = new PolicyEditing();

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "KEY",
            description = "Limits, class, deny, dryRun or comment.")
    private List<String> keys = List.of();

    @Override
    public Integer call() throws CommandException, InterruptedException {
        return editing.edit((editor, file, guest) -> editor.unset(file, guest, keys)).number();
    }
}
