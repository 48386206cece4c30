package clamd.vproxy.supervisor.commands.live;

import clamd.vproxy.supervisor.commands.common.BuildVersion;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.reports.control.ControlReply;
import clamd.vproxy.supervisor.reports.control.ControlRequest;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The common part of {@code pause}, {@code drain} and {@code resume}. */
@Command(mixinStandardHelpOptions = true, versionProvider = BuildVersion.class, sortOptions = false)
public abstract class AdmissionCommand extends DaemonCommand {
    @ArgGroup(multiplicity = "1")
    private Target target = new Target();

    static final class Target {
        @Parameters(paramLabel = "GUEST", description = "Its name, UUID or CID.")
        private @Nullable String guest;

        @Option(
                names = "--tenant",
                paramLabel = "TENANT",
                required = true,
                description =
                        "All guests of this tenant, those included that start later; undone by"
                                + " resume --tenant alone.")
        private @Nullable String tenant;

        @Option(
                names = "--all",
                required = true,
                description =
                        "All guests, those included that start later; undone by resume --all alone.")
        private boolean all;
    }

    @Override
    public Integer call() throws CommandException {
        return show(
                new ControlRequest.OfGuests(spec.name(), target.guest, target.tenant, target.all),
                ControlReply.Admission.class,
                AdmissionCommand::print);
    }

    private static void print(PrintWriter out, ControlReply.Admission reply) {
        boolean byAll =
                (reply.guest() != null || reply.tenant() != null)
                        && reply.state().equals(reply.stateOfAll());
        out.printf(
                "%s: %s%s; connections: %d, waiting: %d%n",
                name(reply),
                reply.state(),
                byAll && !reply.state().equals("open") ? ", as all guests are" : "",
                reply.connections(),
                reply.waiting());
        if (reply.tenant() != null && Integer.valueOf(0).equals(reply.guests())) {
            out.println("No guest of it runs now; the order holds for those that start later.");
        }
    }

    private static String name(ControlReply.Admission reply) {
        if (reply.tenant() != null) {
            return "Tenant " + reply.tenant();
        }
        return reply.guest() == null ? "All guests" : reply.guest();
    }

    /** {@code clamd-vproxy pause}. */
    @Command(
            name = "pause",
            header = "Makes new connections of a guest wait.",
            description =
                    "They wait for the guest's queueTimeout at most, then get \"Service paused"
                            + " for maintenance. ERROR\"; if the policy allows no waiting, at"
                            + " once. Open sessions continue. A pause ends with resume, or when the guest"
                            + " stops. Ends with 0, 1 if no guest or more than one is called that, 69"
                            + " if no daemon answers.")
    public static final class Pause extends AdmissionCommand {}

    /** {@code clamd-vproxy drain}. */
    @Command(
            name = "drain",
            header = "Refuses new connections of a guest and lets open sessions end.",
            description =
                    "New connections get \"Service closed for maintenance. ERROR\"; waiting ones"
                            + " are served. A drain ends with resume, or when the guest"
                            + " stops. Ends with 0, 1 if no guest or more than one is called that, 69"
                            + " if no daemon answers.")
    public static final class Drain extends AdmissionCommand {}

    /** {@code clamd-vproxy resume}. */
    @Command(
            name = "resume",
            header = "Undoes pause and drain.",
            description =
                    "What was done to all guests, to a tenant and to one guest is undone each for"
                            + " itself."
                            + " Ends with 0, 1 if no guest or more than one is called that, 69 if no"
                            + " daemon answers.")
    public static final class Resume extends AdmissionCommand {}
}
