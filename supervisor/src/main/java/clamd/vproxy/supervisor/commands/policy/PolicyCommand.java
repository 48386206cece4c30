package clamd.vproxy.supervisor.commands.policy;

import clamd.vproxy.policies.PolicySchema;
import clamd.vproxy.supervisor.commands.common.BuildVersion;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code clamd-vproxy policy}: queries and edits the policy file. */
@Command(
        name = "policy",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        subcommands = {
            PolicyCheckCommand.class,
            PolicyExplainCommand.class,
            PolicyDiffCommand.class,
            PolicySetCommand.class,
            PolicyUnsetCommand.class,
            PolicyReloadCommand.class
        },
        header = "Checks, explains, compares, edits and reloads the policy file.")
public final class PolicyCommand {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Command(
            mixinStandardHelpOptions = true,
            versionProvider = BuildVersion.class,
            header = "Prints the JSON Schema of the policy file.",
            description = "Save it and name it as \"$$schema\" in the file for help in an editor.")
    Integer schema(@Option(names = "--json", description = "The same: it is JSON.") boolean json) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(PolicySchema.text());
        out.flush();
        return ExitCode.OK.number();
    }
}
