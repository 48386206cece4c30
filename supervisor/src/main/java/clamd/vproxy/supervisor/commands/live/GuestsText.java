package clamd.vproxy.supervisor.commands.live;

import clamd.vproxy.supervisor.base.text.HumanReadable;
import clamd.vproxy.supervisor.base.text.Table;
import clamd.vproxy.supervisor.reports.status.GuestView;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The guests as a table for people. Static functions only. */
final class GuestsText {
    private static final List<String> HEADER =
            List.of(
                    "NAME",
                    "UUID",
                    "CID",
                    "TENANT",
                    "STATE",
                    "CONNECTIONS",
                    "WAITING",
                    "BYTES TODAY",
                    "LEFT",
                    "SCANS TODAY",
                    "LEFT",
                    "RULE");

    private GuestsText() {}

    /** Prints the header and a line for each guest, a dash where there is nothing to say. */
    static void print(PrintWriter out, List<GuestView> guests) {
        Table.print(out, HEADER, guests.stream().map(GuestsText::line).toList());
    }

    private static List<String> line(GuestView guest) {
        return List.of(
                guest.name(),
                orDash(guest.uuid()),
                orDash(guest.cid()),
                orDash(guest.tenant()),
                guest.state(),
                guest.connections() + "/" + guest.maxConnections(),
                Integer.toString(guest.waiting()),
                HumanReadable.size(guest.today().bytes()),
                guest.today().bytesLeft() == null
                        ? "-"
                        : HumanReadable.size(guest.today().bytesLeft()),
                Integer.toString(guest.today().scans()),
                orDash(guest.today().scansLeft()),
                guest.rule() + (guest.denied() ? ", denied" : "") + tried(guest.dryRun()));
    }

    /** ", tries RULE, which would have refused 3 stream-limit, 1 quota". */
    static String tried(GuestView.@Nullable DryRun dryRun) {
        if (dryRun == null) {
            return "";
        }
        String refused =
                dryRun.wouldRefuse().entrySet().stream()
                        .map(count -> count.getValue() + " " + count.getKey())
                        .collect(Collectors.joining(", "));
        return ", tries %s, which would have refused %s"
                .formatted(dryRun.rule(), refused.isEmpty() ? "none" : refused);
    }

    static String orDash(@Nullable Object value) {
        return Objects.toString(value, "-");
    }
}
