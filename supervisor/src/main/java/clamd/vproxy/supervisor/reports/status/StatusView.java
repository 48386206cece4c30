package clamd.vproxy.supervisor.reports.status;

import clamd.vproxy.supervisor.connections.dispatch.ServedGuest;
import clamd.vproxy.supervisor.reports.activity.ActivityBook;
import clamd.vproxy.supervisor.reports.activity.DomainCounts;
import clamd.vproxy.supervisor.sources.policy.PolicyStatus;
import clamd.vproxy.worker.clamd.ClamdStatus;
import clamd.vproxy.worker.clamd.SignatureVersion;
import clamd.vproxy.worker.clamd.SignatureVersion.Signatures;
import clamd.vproxy.worker.session.Verdict;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Says in one document how the daemon gets on. Thread-safe. */
public record StatusView(DaemonParts parts) {
    /** All of it, now. */
    public StatusDocument document() {
        HealthReport ready = new Health(parts).ready();
        Map<String, DomainCounts> counts = parts.activity().counts();
        return new StatusDocument(
                text(parts.clock().instant()),
                StatusView.class.getPackage().getImplementationVersion(),
                ready.passed(),
                ready.checks(),
                parts.connections().getAsInt(),
                parts.maxConnections(),
                parts.activity().strangers(),
                ActivityBook.RECENT_SPAN.toSeconds(),
                policy(parts.policy().get()),
                parts.clamds().get().stream().map(this::clamd).toList(),
                parts.libvirts().get().stream()
                        .map(state ->
                                new StatusDocument.Libvirt(
                                        state.uri(), state.connected(), state.guests()))
                        .toList(),
                parts.guests().get().stream().map(guest -> guest(guest, counts)).toList());
    }

    private static StatusDocument.Policy policy(PolicyStatus status) {
        return new StatusDocument.Policy(
                status.revision().label(),
                text(status.loadedAt()),
                status.lastError().map(error -> text(error.since())).orElse(null));
    }

    private StatusDocument.Clamd clamd(ClamdStatus status) {
        Optional<SignatureVersion> version = parts.versions().apply(status.endpoint());
        Optional<Signatures> signatures = version.flatMap(SignatureVersion::signatures);
        return new StatusDocument.Clamd(
                status.endpoint(),
                status.up(),
                version.map(SignatureVersion::engine).orElse(null),
                signatures.map(Signatures::number).orElse(null),
                signatures.map(told -> parts.ageOf(told).toSeconds()).orElse(null),
                status.uploads(),
                status.uploadPlaces(),
                status.scans(),
                status.scanSlots(),
                status.waitingScans());
    }

    private static StatusDocument.Guest guest(
            ServedGuest served, Map<String, DomainCounts> counts) {
        Map<Verdict, Long> verdicts = served.totals().verdicts();
        Optional<DomainCounts> recent = Optional.ofNullable(counts.get(served.guest().name()));
        return new StatusDocument.Guest(
                served.guest().name(),
                served.guest().uuid().toString(),
                orNull(served.guest().cid()),
                served.policy().origin().label(),
                served.policy().denied(),
                served.connections().inService(),
                served.connections().waiting(),
                served.policy().limits().maxConnections(),
                served.longestQueueWait().toSeconds(),
                verdicts.getOrDefault(Verdict.CLEAN, 0L),
                verdicts.getOrDefault(Verdict.INFECTED, 0L),
                verdicts.getOrDefault(Verdict.ANSWERED, 0L),
                verdicts.getOrDefault(Verdict.REFUSED, 0L),
                verdicts.getOrDefault(Verdict.ERROR, 0L),
                served.totals().streamBytes(),
                recent.map(DomainCounts::recentSessions).orElse(List.of()),
                recent.map(DomainCounts::recentBytes).orElse(List.of()));
    }

    private static @Nullable Long orNull(OptionalLong number) {
        return number.isPresent() ? number.getAsLong() : null;
    }

    private static String text(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
