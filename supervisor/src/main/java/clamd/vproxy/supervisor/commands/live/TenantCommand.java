package clamd.vproxy.supervisor.commands.live;

import clamd.vproxy.supervisor.base.text.HumanReadable;
import clamd.vproxy.supervisor.commands.common.BuildVersion;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.reports.control.ControlReply;
import clamd.vproxy.supervisor.reports.control.ControlRequest;
import clamd.vproxy.supervisor.reports.status.TenantView;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code clamd-vproxy tenant}: shows everything about one tenant. */
@Command(
        name = "tenant",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false,
        header = "Tells everything about one tenant whose guests run.",
        description = "Ends with 0, 1 if no guest that runs is of it, 69 if no daemon answers.")
public final class TenantCommand extends DaemonCommand {
    @Parameters(paramLabel = "TENANT", description = "Its name, as tenants lists it.")
    private String tenant = "";

    @Override
    public Integer call() throws CommandException {
        return show(
                new ControlRequest.OfTenant("tenant", tenant),
                ControlReply.OneTenant.class,
                TenantCommand::print);
    }

    private static void print(PrintWriter out, ControlReply.OneTenant reply) {
        TenantView tenant = reply.tenant();
        GuestText.line(out, "Tenant", GuestsText.orDash(tenant.name()));
        GuestText.line(out, "Title", GuestsText.orDash(tenant.title()));
        GuestText.line(out, "State", reply.state());
        GuestText.line(out, "Connections", TenantsCommand.connections(tenant));
        GuestText.line(
                out,
                "Waiting",
                "%d connections, %d sessions queued at clamd, the longest for %s"
                        .formatted(
                                tenant.waiting(),
                                tenant.queued(),
                                HumanReadable.time(tenant.longestWaitMillis())));
        GuestText.line(out, "Today", GuestText.today(tenant.today()));
        out.println();
        if (!reply.limits().isEmpty()) {
            GuestText.limits(out, reply.limits());
            out.println();
        }
        GuestsText.print(out, reply.guests());
    }
}
