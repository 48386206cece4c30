package clamd.vproxy.supervisor.commands.live;

import clamd.vproxy.supervisor.base.text.HumanReadable;
import clamd.vproxy.supervisor.base.text.Table;
import clamd.vproxy.supervisor.reports.status.GuestView;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Formats the guests as a table for people. Static functions only. */
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
                    "BYTES LEFT",
                    "SCANS TODAY",
                    "SCANS LEFT",
                    "RULE");

    private static final int NAME_WIDTH = 19;
    private static final int TENANT_WIDTH = 10;

    private GuestsText() {}

    /**
     * Prints the columns that fit 80 characters; an ellipsis marks long names that are cut.
     *
     * @param running how many guests run, whether shown or not
     */
    static void printNarrow(PrintWriter out, List<GuestView> guests, int running) {
        Table.print(
                out,
                List.of("NAME", "TENANT", "STATE", "CONN", "WAIT", "TODAY", "SCANS"),
                guests.stream()
                        .map(guest ->
                                List.of(
                                        cut(guest.name(), NAME_WIDTH),
                                        cut(orDash(guest.tenant()), TENANT_WIDTH),
                                        state(guest),
                                        guest.connections() + "/" + guest.maxConnections(),
                                        Integer.toString(guest.waiting()),
                                        HumanReadable.size(guest.today().bytes()),
                                        Integer.toString(guest.today().scans())))
                        .toList());
        if (guests.size() < running) {
            out.printf("%d of %d guests%n", guests.size(), running);
        }
    }

    /**
     * Returns what happens to new connections: {@code open}, {@code paused}, {@code draining},
     * denied.
     */
    static String state(GuestView guest) {
        return guest.denied() ? "denied" : guest.state();
    }

    private static String cut(String name, int most) {
        return name.length() <= most ? name : name.substring(0, most - 1) + "…";
    }

    /** Prints the header and a line for each guest, with a dash for an empty cell. */
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
                guest.rule() + (guest.denied() ? ", denied" : "") + dryRun(guest.dryRun()));
    }

    /**
     * Returns text such as ", dry run of RULE would have refused sessions: 3 stream-limit, 1
     * quota".
     */
    static String dryRun(GuestView.@Nullable DryRun dryRun) {
        if (dryRun == null) {
            return "";
        }
        String refused =
                dryRun.wouldRefuse().entrySet().stream()
                        .map(count -> count.getValue() + " " + count.getKey())
                        .collect(Collectors.joining(", "));
        return ", dry run of %s would have refused %s"
                .formatted(
                        dryRun.rule(), refused.isEmpty() ? "no session" : "sessions: " + refused);
    }

    static String orDash(@Nullable Object value) {
        return Objects.toString(value, "-");
    }
}
