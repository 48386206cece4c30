package clamd.vproxy.supervisor.daemon;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.supervisor.connections.dispatch.ServedGuest;
import clamd.vproxy.supervisor.reports.control.GuestsReply;
import clamd.vproxy.supervisor.reports.control.LimitOfGuest;
import clamd.vproxy.supervisor.reports.control.SessionsReply;
import clamd.vproxy.worker.session.SessionView;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Guests and sessions as replies have them. Pure functions. */
final class GuestViews {
    private GuestViews() {}

    static GuestsReply.Guest guest(ServedGuest served) {
        return new GuestsReply.Guest(
                served.label(),
                uuid(served),
                orNull(served.guest().cid()),
                served.policy().origin().label(),
                served.policy().denied(),
                served.admission().label(),
                served.connections().inService(),
                served.connections().waiting(),
                served.policy().limits().maxConnections(),
                served.queueing(),
                served.longestWait().toMillis(),
                totals(served),
                new GuestsReply.Today(
                        served.today().date().toString(),
                        served.today().bytes(),
                        orNull(served.bytesLeft()),
                        served.today().scans(),
                        orNull(served.scansLeft())),
                served.policy().dryRun().map(tried -> dryRun(tried, served)).orElse(null));
    }

    static @Nullable String uuid(ServedGuest served) {
        return served.identity().uuid().map(UUID::toString).orElse(null);
    }

    private static GuestsReply.Totals totals(ServedGuest served) {
        return new GuestsReply.Totals(
                served.totals().sessions(),
                served.streamBytes(),
                served.totals().scans(),
                named(served.totals().verdicts(), verdict -> verdict.label()),
                named(served.totals().terminations(), termination -> termination.code()));
    }

    private static GuestsReply.DryRun dryRun(GuestPolicy tried, ServedGuest served) {
        return new GuestsReply.DryRun(
                tried.origin().label(),
                named(served.dryRunRefusals(), termination -> termination.code()));
    }

    /** In the order of the names, so that two replies can be compared by eye. */
    private static <K> Map<String, Long> named(Map<K, Long> counts, Function<K, String> name) {
        Map<String, Long> named = new TreeMap<>();
        counts.forEach((key, count) -> named.put(name.apply(key), count));
        return named;
    }

    static List<LimitOfGuest> limits(ServedGuest served) {
        return LimitOfGuest.of(served.policy());
    }

    static Stream<SessionsReply.Session> sessions(ServedGuest served) {
        return served.sessions().stream().map(session -> session(served, session));
    }

    private static SessionsReply.Session session(ServedGuest served, SessionView session) {
        return new SessionsReply.Session(
                session.session(),
                served.label(),
                uuid(served),
                orNull(served.guest().cid()),
                session.command().map(Enum::name).orElse(null),
                session.step().label(),
                session.step().text(),
                session.inStep().toMillis(),
                session.age().toMillis(),
                session.idle().toMillis(),
                session.streamBytes());
    }

    private static @Nullable Long orNull(OptionalLong number) {
        return number.isPresent() ? number.getAsLong() : null;
    }
}
