package clamd.vproxy.supervisor.commands.policy;

import clamd.vproxy.supervisor.commands.common.BuildVersion;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code clamd-vproxy policy set}: changes the limits of one guest or tenant. */
@Command(
        name = "set",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false,
        header = "Sets limits of one guest or tenant in the policy file.",
        description =
                "Edits the guest's own rule, or inserts one where it decides; with --tenant the"
                        + " tenant's entry. The rest of the file stays byte for byte. Ends with 0 if the file is changed, 1 if it is"
                        + " not, 69 if libvirt does not answer, 78 if the file was wrong before.")
final class PolicySetCommand implements Callable<Integer> {
    @Mixin private PolicyEditing editing = new PolicyEditing();

    @Option(
            names = "--tenant",
            paramLabel = "TENANT",
            description =
                    "Set limits of all guests of this tenant together, in its entry; then no GUEST is"
                            + " named.")
    private @Nullable String tenant;

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "KEY=VALUE",
            description =
                    "Limits as the file has them, without quotes and brackets, such as"
                            + " maxStreamSize=1MiB or commands=INSTREAM,PING; also class, tenant,"
                            + " deny, dryRun, comment.")
    private List<String> settings = List.of();

    @Override
    public Integer call() throws CommandException, InterruptedException {
        List<String> given = new ArrayList<>(settings);
        if (tenant != null && !editing.firstParameter().isEmpty()) {
            given.addFirst(editing.firstParameter());
        }
        if (given.isEmpty()) {
            throw new CommandException(
                    ExitCode.USAGE, "nothing to set; write KEY=VALUE, e.g. maxConnections=20");
        }
        SequencedMap<String, String> byKey = byKey(given);
        if (tenant != null) {
            String ofTenant = tenant;
            return editing.editTenant(
                            ofTenant, (editor, file) -> editor.setOfTenant(file, ofTenant, byKey))
                    .number();
        }
        return editing.edit((editor, file, guest) -> editor.set(file, guest, byKey)).number();
    }

    private static SequencedMap<String, String> byKey(List<String> settings)
            throws CommandException {
        SequencedMap<String, String> byKey = new LinkedHashMap<>();
        for (String setting : settings) {
            int sign = setting.indexOf('=');
            if (sign < 1) {
                throw new CommandException(
                        ExitCode.USAGE, "\"" + setting + "\" is not of the form KEY=VALUE");
            }
            String key = setting.substring(0, sign);
            if (byKey.put(key, setting.substring(sign + 1)) != null) {
                throw new CommandException(ExitCode.USAGE, key + " is given twice; drop one");
            }
        }
        return byKey;
    }
}
