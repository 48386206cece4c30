package clamd.vproxy.supervisor.commands.live;

import clamd.vproxy.supervisor.commands.common.BuildVersion;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.reports.control.ControlReply;
import clamd.vproxy.supervisor.reports.control.ControlRequest;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code clamd-vproxy sessions}: lists the open sessions. */
@Command(
        name = "sessions",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false,
        header = "Lists the open sessions, those that wait for their turn included.",
        description =
                "Ends with 0, 1 if no guest or more than one is called that, 69 if no daemon"
                        + " answers.")
public final class SessionsCommand extends DaemonCommand {
    @Option(
            names = "--guest",
            paramLabel = "GUEST",
            description = "Only those of this guest: its name, UUID or CID.")
    private @Nullable String guest;

    @Override
    public Integer call() throws CommandException {
        return show(
                new ControlRequest.OfGuest("sessions", guest),
                ControlReply.Sessions.class,
                (out, reply) -> SessionsText.print(out, reply.sessions()));
    }
}
