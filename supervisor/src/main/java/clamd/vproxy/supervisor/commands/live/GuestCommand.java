package clamd.vproxy.supervisor.commands.live;

import clamd.vproxy.supervisor.commands.common.BuildVersion;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.reports.control.ControlReply;
import clamd.vproxy.supervisor.reports.control.ControlRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code clamd-vproxy guest}: shows everything about one guest. */
@Command(
        name = "guest",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false,
        header = "Tells everything about one guest that runs.",
        description =
                "Ends with 0, 1 if no guest or more than one is called that, 69 if no daemon"
                        + " answers.")
public final class GuestCommand extends DaemonCommand {
    @Parameters(paramLabel = "GUEST", description = "Its name, UUID or CID.")
    private String guest = "";

    @Override
    public Integer call() throws CommandException {
        return show(
                new ControlRequest.OfGuest("guest", guest),
                ControlReply.OneGuest.class,
                GuestText::print);
    }
}
