package clamd.vproxy.supervisor.reports.activity;

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
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class HistogramTest {
    private final SessionBook book = new SessionBook(_ -> Optional.empty(), () -> 0);

    private void ends(SessionResult result) {
        UUID uuid = new UUID(0, 1);
        GuestIdentity identity =
                new GuestIdentity(
                        Optional.of("web-1"), Optional.of(uuid), OptionalLong.of(3), Set.of());
        book.ended(
                new EndedSession(
                        new Guest("test:///", uuid, "web-1", 7, OptionalLong.of(3), Set.of()),
                        PolicySet.withoutFile(Limits.standard()).resolve(identity),
                        result,
                        Optional.empty()));
    }

    private long waitsFor(Wait wait) {
        return Objects.requireNonNull(book.ofHost().waits().get(wait)).counts().stream()
                .mapToLong(Long::longValue)
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

        assertThat(waitsFor(Wait.SLOT)).isEqualTo(1);
        assertThat(waitsFor(Wait.PERMIT)).isEqualTo(1);
    }

    @Test
    void aRefusedInstreamDoesNotLookLikeAShortWait() {
        ends(TestResult.result().attempted("zINSTREAM").ended(Termination.COMMAND_REFUSED).build());

        assertThat(waitsFor(Wait.SLOT)).isZero();
        assertThat(waitsFor(Wait.PERMIT)).isZero();
    }

    @Test
    void aTimeOnABoundCountsBelowIt() {
        Histogram histogram = Histogram.ofWaits();
        histogram.add(Duration.ofMillis(250));
        histogram.add(Duration.ofMillis(251));
        histogram.add(Duration.ofDays(1));

        assertThat(histogram.buckets().counts())
                .containsExactly(0L, 0L, 0L, 1L, 1L, 0L, 0L, 0L, 0L, 0L, 0L, 1L);
        assertThat(histogram.buckets().sum()).hasMillis(86_400_501);
    }
}
