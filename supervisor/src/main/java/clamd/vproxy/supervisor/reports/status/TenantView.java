package clamd.vproxy.supervisor.reports.status;

import clamd.vproxy.policies.Limit;
import clamd.vproxy.policies.Tenant;
import clamd.vproxy.supervisor.connections.dispatch.RunningGuest;
import clamd.vproxy.worker.daily.DailyAmount;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A tenant with running guests, to be written as JSON. Immutable.
 *
 * @param name its name; null for the sum of all guests that are tenants of their own
 * @param title the name for people; null if it is the same
 * @param guests how many of its guests run
 * @param connections how many connections are in service
 * @param waiting how many connections wait for a quota or a connection rate, or because of a pause
 * @param maxConnections how many connections may be in service at once; null = no limit
 * @param queued how many sessions wait for an upload permit, room in the spool or a scan slot
 * @param longestWaitMillis the longest wait of its waiting connections and queued sessions
 * @param sessions how many sessions of the running guests have ended since each guest started
 * @param bytes file data received in these and in open sessions
 * @param scans how many streams of these sessions had a verdict
 * @param today the tenant's usage of the day
 */
public record TenantView(
        @Nullable String name,
        @Nullable String title,
        int guests,
        int connections,
        int waiting,
        @Nullable Long maxConnections,
        int queued,
        long longestWaitMillis,
        long sessions,
        long bytes,
        long scans,
        GuestView.Today today) {
    /** The most tenants that have series of their own in the metrics, by their names. */
    private static final int MOST_IN_METRICS = 200;

    private static final String OTHER = "other";

    /**
     * Returns the tenants by their names, and last the sum of all guests that are tenants of their
     * own.
     */
    public static List<TenantView> of(List<DaemonSnapshot.Guest> guests) {
        Map<String, List<DaemonSnapshot.Guest>> named = new TreeMap<>();
        List<DaemonSnapshot.Guest> others = new ArrayList<>();
        for (DaemonSnapshot.Guest guest : guests) {
            Optional<String> name = guest.running().tenant().tenant().named();
            name.map(key -> named.computeIfAbsent(key, _ -> new ArrayList<>()))
                    .orElse(others)
                    .add(guest);
        }
        return Stream.concat(
                        named.entrySet().stream().map(each -> of(each.getKey(), each.getValue())),
                        others.isEmpty() ? Stream.of() : Stream.of(of(null, others)))
                .toList();
    }

    /** Returns the named tenants that have series of their own, and the sum of the others. */
    public static List<TenantView> ofMetrics(List<DaemonSnapshot.Guest> guests) {
        List<TenantView> named =
                of(guests).stream().filter(tenant -> tenant.name() != null).toList();
        if (named.size() <= MOST_IN_METRICS) {
            return named;
        }
        List<String> rest =
                named.subList(MOST_IN_METRICS, named.size()).stream()
                        .map(TenantView::name)
                        .toList();
        List<DaemonSnapshot.Guest> ofRest =
                guests.stream()
                        .filter(guest ->
                                guest.running()
                                        .tenant()
                                        .tenant()
                                        .named()
                                        .filter(rest::contains)
                                        .isPresent())
                        .toList();
        return Stream.concat(
                        named.subList(0, MOST_IN_METRICS).stream(), Stream.of(of(OTHER, ofRest)))
                .toList();
    }

    private static TenantView of(@Nullable String name, List<DaemonSnapshot.Guest> guests) {
        List<RunningGuest> running = guests.stream().map(DaemonSnapshot.Guest::running).toList();
        RunningGuest first = running.getFirst();
        boolean alone = name == null || name.equals(OTHER);
        OptionalLong quota =
                alone ? OptionalLong.empty() : first.tenant().limits().bound(Limit.MAX_CONNECTIONS);
        return new TenantView(
                name,
                first.tenant().title().filter(_ -> !alone).orElse(null),
                guests.size(),
                running.stream().mapToInt(each -> each.connections().inService()).sum(),
                running.stream().mapToInt(each -> each.connections().waiting()).sum(),
                GuestView.orNull(quota),
                running.stream().mapToInt(RunningGuest::queued).sum(),
                running.stream()
                        .map(RunningGuest::longestWait)
                        .max(Comparator.naturalOrder())
                        .orElseThrow()
                        .toMillis(),
                guests.stream().mapToLong(each -> each.counts().sessionCount()).sum(),
                guests.stream()
                        .mapToLong(each ->
                                each.counts().streamBytes() + each.running().openStreamBytes())
                        .sum(),
                guests.stream().mapToLong(each -> each.counts().scans()).sum(),
                alone ? sum(running) : today(first));
    }

    private static GuestView.Today today(RunningGuest guest) {
        DailyAmount used = guest.tenantToday();
        return new GuestView.Today(
                used.date().toString(),
                used.bytes(),
                left(guest, Limit.MAX_DAILY_BYTES, used.bytes()),
                used.scans(),
                left(guest, Limit.MAX_DAILY_SCANS, used.scans()));
    }

    private static @Nullable Long left(RunningGuest guest, Limit limit, long used) {
        OptionalLong most = guest.tenant().limits().bound(limit);
        return most.isPresent() ? (Long) Math.max(0, most.getAsLong() - used) : null;
    }

    private static GuestView.Today sum(List<RunningGuest> guests) {
        Map<Tenant, DailyAmount> used =
                guests.stream()
                        .collect(
                                Collectors.toMap(
                                        guest -> guest.tenant().tenant(),
                                        RunningGuest::tenantToday,
                                        (one, _) -> one));
        return new GuestView.Today(
                guests.getFirst().today().date().toString(),
                used.values().stream().mapToLong(DailyAmount::bytes).sum(),
                null,
                used.values().stream().mapToInt(DailyAmount::scans).sum(),
                null);
    }
}
