package clamd.vproxy.supervisor.commands.live;

import clamd.vproxy.supervisor.commands.common.BuildVersion;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.reports.control.ControlReply;
import clamd.vproxy.supervisor.reports.control.ControlRequest;
import picocli.CommandLine.Command;

/** {@code clamd-vproxy guests}: who runs, and what each has used and has left today. */
@Command(
        name = "guests",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false,
        header = "Lists the guests that run, with their connections and what is left of their day.",
        description = "Ends with 0 if a daemon answers, 69 if none does.")
public final class GuestsCommand extends DaemonCommand {
    @Override
    public Integer call() throws CommandException {
        return show(
                new ControlRequest.Plain("guests"),
                ControlReply.Guests.class,
                (out, reply) -> GuestsText.print(out, reply.guests()));
    }
}
