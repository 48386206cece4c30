package clamd.vproxy.supervisor.commands.live;

import clamd.vproxy.supervisor.commands.common.BuildVersion;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.reports.control.ControlRequest;
import clamd.vproxy.supervisor.reports.control.StatusReply;
import java.io.PrintWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code clamd-vproxy status}: how the running daemon gets on. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false,
        header = "Says how the running daemon gets on.",
        description = "Ends with 0 if a daemon answers, 69 if none does.")
public final class StatusCommand extends DaemonCommand {
    @Override
    public Integer call() throws CommandException {
        return show(new ControlRequest.Plain("status"), StatusReply.class, StatusCommand::print);
    }

    private static void print(PrintWriter out, StatusReply reply) {
        policy(out, reply.policy());
        reply.libvirt().forEach(libvirt -> libvirt(out, libvirt));
        reply.clamds().forEach(clamd -> clamd(out, clamd));
        if (reply.audit() != null) {
            audit(out, reply.audit());
        }
        if (!reply.state().equals("open")) {
            out.println("New connections of all guests: " + reply.state());
        }
        out.printf("Guests: %d, sessions: %d%n", reply.guests(), reply.sessions());
    }

    private static void policy(PrintWriter out, StatusReply.Policy policy) {
        out.printf(
                "Policy: %s, revision %s, in force since %s%n",
                policy.file(), policy.revision(), policy.loadedAt());
        StatusReply.LastError error = policy.lastError();
        if (error != null) {
            out.printf("  The file is wrong since %s and changes nothing:%n", error.since());
            error.problems().forEach(line -> out.println("  " + line));
        }
    }

    private static void libvirt(PrintWriter out, StatusReply.Libvirt libvirt) {
        out.printf(
                "libvirt at %s: %s since %s, last event %s, last list %s, guests: %d%n",
                libvirt.uri(),
                libvirt.connected() ? "connected" : "away",
                libvirt.since(),
                orNone(libvirt.lastEvent()),
                orNone(libvirt.lastList()),
                libvirt.guests());
        if (!libvirt.connected() && libvirt.lastError() != null) {
            out.println("  " + libvirt.lastError());
        }
    }

    private static void clamd(PrintWriter out, StatusReply.Clamd clamd) {
        out.printf(
                "clamd at %s: %s since %s, uploads: %d of %d, scans: %d of %d%n",
                clamd.endpoint(),
                clamd.up() ? "up" : "down",
                clamd.since(),
                clamd.uploads(),
                clamd.uploadPlaces(),
                clamd.scans(),
                clamd.scanSlots());
        if (!clamd.up() && clamd.lastError() != null) {
            out.println("  " + clamd.lastError());
        }
    }

    private static void audit(PrintWriter out, StatusReply.Audit audit) {
        out.printf(
                "Audit: %s, records: %d, lost: %d%n", audit.file(), audit.written(), audit.lost());
        if (audit.failingSince() != null) {
            out.printf(
                    "  Nothing can be written since %s: %s%n",
                    audit.failingSince(), audit.lastError());
        }
    }

    private static String orNone(@Nullable String time) {
        return Objects.requireNonNullElse(time, "none");
    }
}
