package clamd.vproxy.supervisor.commands.top;

import clamd.vproxy.supervisor.reports.status.GuestView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One guest's line. Immutable.
 *
 * @param tenant the name of its tenant; null if it is a tenant of its own
 * @param state what happens to its new connections
 * @param connections how many are in service
 * @param maxConnections its quota; empty for several guests, whose quotas together say nothing of
 *     their tenant's
 * @param queue how many of its sessions wait in a queue
 * @param longestWaitMillis the longest current wait of these sessions
 * @param bytesPerSecond file data per second, received since the previous sample
 * @param scansPerSecond verdicts per second since then
 * @param clean how many clean files there were since its start; the following counts likewise
 * @param cached how many of all verdicts were remembered
 */
public record TopRow(
        String guest,
        @Nullable String tenant,
        String state,
        int connections,
        OptionalInt maxConnections,
        int queue,
        long longestWaitMillis,
        double bytesPerSecond,
        double scansPerSecond,
        long clean,
        long infected,
        long errors,
        long refused,
        long incomplete,
        long cached) {

    private static final double NANOS_PER_SECOND = 1e9;
    private static final String WITHOUT_TENANT = "(guests without a tenant)";

    /**
     * Returns the guests of a sample, with their rates since the previous one; 0 if both are the
     * same.
     */
    public static List<TopRow> between(TopSample before, TopSample now) {
        Map<String, GuestView> known = new HashMap<>();
        before.guests().forEach(guest -> known.put(key(guest), guest));
        double seconds = (now.nanos() - before.nanos()) / NANOS_PER_SECOND;
        List<TopRow> rows = new ArrayList<>();
        for (GuestView guest : now.guests()) {
            rows.add(row(known.get(key(guest)), guest, seconds));
        }
        return rows;
    }

    /** Returns a line for each tenant, and one for all guests that are tenants of their own. */
    static List<TopRow> byTenant(List<TopRow> guests) {
        Map<Optional<String>, TopRow> tenants = new LinkedHashMap<>();
        for (TopRow guest : guests) {
            tenants.merge(
                    Optional.ofNullable(guest.tenant),
                    guest.named(Objects.requireNonNullElse(guest.tenant, WITHOUT_TENANT)),
                    TopRow::plus);
        }
        return List.copyOf(tenants.values());
    }

    /** Returns how urgently this guest needs attention; 0 if nothing is wrong. */
    int problems() {
        return (queue > 0 ? 8 : 0)
                + (infected > 0 ? 4 : 0)
                + (state.equals("open") ? 0 : 2)
                + (errors + refused + incomplete > 0 ? 1 : 0);
    }

    private TopRow named(String name) {
        return new TopRow(
                name,
                tenant,
                state,
                connections,
                OptionalInt.empty(),
                queue,
                longestWaitMillis,
                bytesPerSecond,
                scansPerSecond,
                clean,
                infected,
                errors,
                refused,
                incomplete,
                cached);
    }

    private TopRow plus(TopRow other) {
        return new TopRow(
                guest,
                tenant,
                state.equals(other.state) ? state : "mixed",
                connections + other.connections,
                OptionalInt.empty(),
                queue + other.queue,
                Math.max(longestWaitMillis, other.longestWaitMillis),
                bytesPerSecond + other.bytesPerSecond,
                scansPerSecond + other.scansPerSecond,
                clean + other.clean,
                infected + other.infected,
                errors + other.errors,
                refused + other.refused,
                incomplete + other.incomplete,
                cached + other.cached);
    }

    private static String key(GuestView guest) {
        return Objects.requireNonNullElse(guest.uuid(), guest.name());
    }

    private static TopRow row(@Nullable GuestView before, GuestView now, double seconds) {
        // fewer sessions than before belong to another run
        boolean same = before != null && before.totals().sessions() <= now.totals().sessions();
        long bytes = now.totals().bytes() - (before != null && same ? before.totals().bytes() : 0);
        long scans = now.totals().scans() - (before != null && same ? before.totals().scans() : 0);
        return new TopRow(
                now.name(),
                now.tenant(),
                now.state(),
                now.connections(),
                OptionalInt.of(now.maxConnections()),
                now.waiting() + now.queued(),
                now.longestWaitMillis(),
                rate(bytes, seconds),
                rate(scans, seconds),
                count(now, "clean"),
                count(now, "infected"),
                count(now, "error"),
                count(now, "refused"),
                count(now, "incomplete"),
                now.totals().cached().orElse(0L));
    }

    /**
     * Returns a rate of at least 0: a session that ends between two reads may be missing in one of
     * them.
     */
    private static double rate(long count, double seconds) {
        return seconds > 0 ? Math.max(0, count) / seconds : 0;
    }

    private static long count(GuestView guest, String verdict) {
        return guest.totals().verdicts().getOrDefault(verdict, 0L);
    }
}
