package clamd.vproxy.supervisor.commands.live;

import clamd.vproxy.policies.Limit;
import clamd.vproxy.policies.LimitValue;
import clamd.vproxy.supervisor.base.text.HumanReadable;
import clamd.vproxy.supervisor.base.text.Table;
import clamd.vproxy.supervisor.reports.control.ControlReply;
import clamd.vproxy.supervisor.reports.control.LimitOfGuest;
import clamd.vproxy.supervisor.reports.status.GuestView;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Formats one guest for people. Static functions only. */
final class GuestText {
    private GuestText() {}

    /** Prints a line for each property that applies, then tables. */
    static void print(PrintWriter out, ControlReply.OneGuest reply) {
        GuestView guest = reply.guest();
        GuestView.Totals totals = guest.totals();
        line(out, "Name", guest.name());
        line(out, "UUID", GuestsText.orDash(guest.uuid()));
        line(out, "CID", GuestsText.orDash(guest.cid()));
        line(out, "Runs at", reply.source());
        line(out, "Classes", reply.classes().isEmpty() ? "-" : String.join(", ", reply.classes()));
        // a daemon of an earlier version does not send this
        Optional<ControlReply.TenantOfGuest> tenant = Optional.ofNullable(reply.tenant());
        tenant.ifPresent(of -> line(out, "Tenant", tenant(of)));
        line(out, "State", guest.state());
        line(
                out,
                "Rule",
                guest.rule()
                        + (guest.denied() ? ", denied" : "")
                        + GuestsText.dryRun(guest.dryRun()));
        line(out, "Connections", guest.connections() + " of " + guest.maxConnections());
        line(
                out,
                "Waiting",
                "%d connections, %d sessions queued at clamd, the longest for %s"
                        .formatted(
                                guest.waiting(),
                                guest.queued(),
                                HumanReadable.time(guest.longestWaitMillis())));
        line(out, "Today", today(guest.today()));
        line(
                out,
                "Since its start",
                "%d sessions, %s of file data, %d scans, %d of them cached"
                        .formatted(
                                totals.sessions(),
                                HumanReadable.size(totals.bytes()),
                                totals.scans(),
                                totals.cached().orElse(0L)));
        line(out, "Verdicts", counts(totals.verdicts()));
        line(out, "Terminations", counts(totals.terminations()));
        out.println();
        limits(out, reply.limits());
        out.println();
        if (tenant.isPresent() && !tenant.get().limits().isEmpty()) {
            out.println("Of the tenant, for all its guests together:");
            limits(out, tenant.get().limits());
            out.println();
        }
        SessionsText.print(out, reply.sessions());
    }

    private static String tenant(ControlReply.TenantOfGuest tenant) {
        return tenant.name() == null
                ? "none"
                : tenant.name()
                        + (tenant.title() == null ? "" : " (" + tenant.title() + ")")
                        + ", from "
                        + tenant.source();
    }

    static String today(GuestView.Today today) {
        return "%s of file data (%s), %d scans (%s)"
                .formatted(
                        HumanReadable.size(today.bytes()),
                        today.bytesLeft() == null
                                ? "no limit"
                                : HumanReadable.size(today.bytesLeft()) + " left",
                        today.scans(),
                        today.scansLeft() == null ? "no limit" : today.scansLeft() + " left");
    }

    static void limits(PrintWriter out, List<LimitOfGuest> limits) {
        Table.print(
                out,
                List.of("LIMIT", "VALUE", "SOURCE"),
                limits.stream()
                        .map(each -> List.of(each.limit(), value(each), each.source()))
                        .toList());
        LimitOfGuest.note(limits).ifPresent(out::println);
    }

    /** Formats a limit's value; sizes are numbers of bytes. */
    private static String value(LimitOfGuest limit) {
        boolean size =
                Limit.ofKey(limit.limit())
                        .filter(known -> known.minimum() instanceof LimitValue.Size)
                        .isPresent();
        return size && limit.value() instanceof Number bytes
                ? HumanReadable.size(bytes.longValue())
                : String.valueOf(limit.value());
    }

    static void line(PrintWriter out, String what, String text) {
        out.printf("%-17s%s%n", what + ":", text);
    }

    private static String counts(Map<String, Long> counts) {
        return counts.isEmpty()
                ? "none"
                : counts.entrySet().stream()
                        .map(count -> count.getValue() + " " + count.getKey())
                        .collect(Collectors.joining(", "));
    }
}
