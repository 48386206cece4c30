package clamd.vproxy.supervisor.reports.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Command;
import clamd.vproxy.policies.GuestIdentity;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.PolicySet;
import clamd.vproxy.supervisor.connections.dispatch.EndedSession;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.session.Verdict;
import clamd.vproxy.worker.testing.TestResult;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SessionHistogramsTest {
    private final SessionHistograms histograms = new SessionHistograms();

    private void ends(SessionResult result) {
        UUID uuid = new UUID(0, 1);
        GuestIdentity identity =
                new GuestIdentity(
                        Optional.of("web-1"), Optional.of(uuid), OptionalLong.of(3), Set.of());
        histograms.ended(
                new EndedSession(
                        new Guest("test:///", uuid, "web-1", 7, OptionalLong.of(3), Set.of()),
                        PolicySet.withoutFile(Limits.standard()).resolve(identity),
                        result,
                        Optional.empty()));
    }

    private long waitsFor(String wait) {
        PrometheusRegistry registry = new PrometheusRegistry();
        histograms.register(registry);
        return registry.scrape().stream()
                .filter(metric ->
                        metric.getMetadata().getName().equals(Metric.SESSION_WAIT.baseName()))
                .map(HistogramSnapshot.class::cast)
                .flatMap(metric -> metric.getDataPoints().stream())
                .filter(point -> wait.equals(point.getLabels().get("wait")))
                .mapToLong(HistogramSnapshot.HistogramDataPointSnapshot::getCount)
                .sum();
    }

    @Test
    void aScannedStreamCountsInEachWait() {
        ends(
                TestResult.result()
                        .accepted(Command.INSTREAM)
                        .slotWait(Duration.ofSeconds(20))
                        .verdict(Verdict.CLEAN)
                        .build());

        assertThat(waitsFor("slot")).isEqualTo(1);
        assertThat(waitsFor("place")).isEqualTo(1);
    }

    @Test
    void aRefusedInstreamDoesNotLookLikeAShortWait() {
        ends(TestResult.result().attempted("zINSTREAM").ended(Termination.COMMAND_REFUSED).build());

        assertThat(waitsFor("slot")).isZero();
        assertThat(waitsFor("place")).isZero();
    }
}
