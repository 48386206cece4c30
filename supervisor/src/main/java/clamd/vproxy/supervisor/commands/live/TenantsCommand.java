package clamd.vproxy.supervisor.commands.live;

import clamd.vproxy.supervisor.base.text.HumanReadable;
import clamd.vproxy.supervisor.base.text.Table;
import clamd.vproxy.supervisor.commands.common.BuildVersion;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.reports.control.ControlReply;
import clamd.vproxy.supervisor.reports.control.ControlRequest;
import clamd.vproxy.supervisor.reports.status.TenantView;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;

/**
 * {@code clamd-vproxy tenants}: lists the tenants with running guests, and what each tenant uses.
 */
@Command(
        name = "tenants",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false,
        header = "Lists the tenants of the guests that run, with what each uses.",
        description =
                "Guests that are tenants of their own are summed up in the last line. Ends with 0 if a"
                        + " daemon answers, 69 if none does.")
public final class TenantsCommand extends DaemonCommand {
    private static final List<String> HEADER =
            List.of(
                    "TENANT",
                    "TITLE",
                    "GUESTS",
                    "CONNECTIONS",
                    "WAITING",
                    "QUEUED",
                    "BYTES TODAY",
                    "BYTES LEFT",
                    "SCANS TODAY",
                    "SCANS LEFT");

    @Override
    public Integer call() throws CommandException {
        return show(
                new ControlRequest.Plain("tenants"),
                ControlReply.Tenants.class,
                (out, reply) -> print(out, reply.tenants()));
    }

    private static void print(PrintWriter out, List<TenantView> tenants) {
        Table.print(out, HEADER, tenants.stream().map(TenantsCommand::line).toList());
    }

    private static List<String> line(TenantView tenant) {
        return List.of(
                tenant.name() == null ? "(guests without a tenant)" : tenant.name(),
                GuestsText.orDash(tenant.title()),
                Integer.toString(tenant.guests()),
                connections(tenant),
                Integer.toString(tenant.waiting()),
                Integer.toString(tenant.queued()),
                HumanReadable.size(tenant.today().bytes()),
                tenant.today().bytesLeft() == null
                        ? "-"
                        : HumanReadable.size(tenant.today().bytesLeft()),
                Integer.toString(tenant.today().scans()),
                GuestsText.orDash(tenant.today().scansLeft()));
    }

    /** Returns text such as {@code 3/20}, or {@code 3} if there is no limit. */
    static String connections(TenantView tenant) {
        return tenant.connections()
                + (tenant.maxConnections() == null ? "" : "/" + tenant.maxConnections());
    }
}
