package clamd.vproxy.supervisor.commands.policy;

import clamd.vproxy.supervisor.base.json.Json;
import clamd.vproxy.supervisor.commands.common.BuildVersion;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import clamd.vproxy.supervisor.commands.live.DaemonCommand;
import clamd.vproxy.supervisor.reports.control.ControlReply;
import clamd.vproxy.supervisor.reports.control.ControlRequest;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** {@code clamd-vproxy policy reload}: makes the daemon read its policy file at once. */
@Command(
        name = "reload",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false,
        header = "Makes the daemon read its policy file at once, and prints what changed.",
        description =
                "The daemon notices an edited file by itself; this waits for it. Ends with 0 if the"
                        + " file is in force, 69 if no daemon answers, 78 if the file is wrong and"
                        + " therefore changes nothing; --json prints the problems, too.")
final class PolicyReloadCommand extends DaemonCommand {
    @Override
    public Integer call() throws CommandException {
        ControlReply.Reload reply =
                control.ask(new ControlRequest.Plain("policy reload"), ControlReply.Reload.class);
        PrintWriter out = out();
        if (json) {
            Json.print(out, reply);
        } else if (reply.ok()) {
            reply.changes().forEach(out::println);
            out.printf(
                    "%s is in force since %s, revision %s; guests then: %d, changed: %d%s%n",
                    reply.file(),
                    reply.loadedAt(),
                    reply.revision(),
                    reply.guests(),
                    reply.changes().size(),
                    reply.reloaded() ? "" : "; nothing has changed since");
            out.flush();
        } else {
            throw new CommandException(
                    ExitCode.CONFIG, String.join("\n", reply.problems()) + "\n" + reply.error());
        }
        return (reply.ok() ? ExitCode.OK : ExitCode.CONFIG).number();
    }
}
