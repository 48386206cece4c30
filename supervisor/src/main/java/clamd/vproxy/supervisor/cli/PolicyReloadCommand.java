package clamd.vproxy.supervisor.cli;

import clamd.vproxy.supervisor.control.ReloadReply;
import clamd.vproxy.supervisor.json.Json;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code clamd-vproxy policy reload}: has the daemon look at its policy file at once. */
@Command(
        name = "reload",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false,
        header = "Has the daemon look at its policy file at once, and says what that changed.",
        description =
                "The daemon notices an edited file by itself; this waits for it. Ends with 0 if the"
                        + " file is in force, 69 if no daemon answers, 78 if the file is wrong and"
                        + " therefore changes nothing.")
final class PolicyReloadCommand implements Callable<Integer> {
    @Option(names = "--json", description = "Print JSON, also of what is wrong with the file.")
    private boolean json;

    @Mixin private ControlOptions control = new ControlOptions();

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws CommandException {
        ReloadReply reply = control.ask("policy reload", ReloadReply.class);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Json.print(out, reply);
        } else if (reply.ok()) {
            reply.changes().forEach(out::println);
            out.printf(
                    "%s is in force since %s, revision %s; guests then: %d, changed: %d%n",
                    reply.file(),
                    reply.loadedAt(),
                    reply.revision(),
                    reply.guests(),
                    reply.changes().size());
            out.flush();
        } else {
            throw new CommandException(
                    ExitCode.CONFIG, String.join("\n", reply.problems()) + "\n" + reply.error());
        }
        return (reply.ok() ? ExitCode.OK : ExitCode.CONFIG).number();
    }
}
