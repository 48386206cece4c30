package clamd.vproxy.supervisor.commands.live;

import clamd.vproxy.supervisor.commands.common.BuildVersion;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.reports.control.ControlReply;
import clamd.vproxy.supervisor.reports.control.ControlRequest;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code clamd-vproxy kill}: ends sessions. */
@Command(
        name = "kill",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false,
        header = "Ends an open session, or all sessions of a guest or a tenant.",
        description =
                "The guest gets \"Ended by the administrator. ERROR\" and may connect again;"
                        + " drain it first to prevent that. A scan in clamd cannot be stopped and"
                        + " keeps its scan slot. Ends with 0, 1 if there is no such"
                        + " session or guest, 69 if no daemon answers.")
public final class KillCommand extends DaemonCommand {
    @ArgGroup(multiplicity = "1")
    private Target target = new Target();

    static final class Target {
        @Parameters(paramLabel = "SESSION", description = "Its number, as sessions lists it.")
        private @Nullable Long session;

        @Option(
                names = "--guest",
                paramLabel = "GUEST",
                description = "All sessions of this guest: its name, UUID or CID.")
        private @Nullable String guest;

        @Option(
                names = "--tenant",
                paramLabel = "TENANT",
                description = "All sessions of this tenant's guests.")
        private @Nullable String tenant;
    }

    @Override
    public Integer call() throws CommandException {
        return show(
                new ControlRequest.OfSession("kill", target.session, target.guest, target.tenant),
                ControlReply.Kill.class,
                (out, reply) -> out.printf("Sessions told to end: %d%n", reply.killed()));
    }
}
