package clamd.vproxy.supervisor.commands.top;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.reports.status.GuestView;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Rates between two samples. */
class TopRowTest {
    private static final long SECOND = 1_000_000_000;

    private static GuestView guest(String name, long sessions, long bytes, long scans) {
        return new GuestView(
                name,
                "uuid-" + name,
                3L,
                "acme",
                "unmatched",
                false,
                "open",
                1,
                0,
                10,
                2,
                1500,
                new GuestView.Totals(
                        sessions,
                        bytes,
                        scans,
                        Optional.of(scans / 2),
                        Map.of("clean", scans),
                        Map.of()),
                new GuestView.Today("2026-03-01", 0, null, 0, null),
                null);
    }

    private static TopRow row(GuestView before, GuestView now, long nanos) {
        // a clock that wraps around between the two
        long begin = Long.MAX_VALUE - 10;
        List<TopRow> rows =
                TopRow.between(
                        new TopSample(begin, List.of(before)),
                        new TopSample(begin + nanos, List.of(now)));
        assertThat(rows).hasSize(1);
        return rows.getFirst();
    }

    @Test
    void ratesAreDifferencesOverTime() {
        TopRow row = row(guest("a", 5, 1000, 5), guest("a", 8, 3000, 8), 2 * SECOND);
        assertThat(row.bytesPerSecond()).isEqualTo(1000.0);
        assertThat(row.scansPerSecond()).isEqualTo(1.5);
        assertThat(row.clean()).isEqualTo(8);
        assertThat(row.infected()).isZero();
        assertThat(row.cached()).isEqualTo(4);
        assertThat(row.queue()).isEqualTo(2);
        assertThat(row.longestWaitMillis()).isEqualTo(1500);
    }

    @Test
    void aGuestThatStartedInBetweenHasDoneAllOfItSinceThen() {
        TopRow row = row(guest("b", 50, 1000, 5), guest("a", 8, 3000, 8), SECOND);
        assertThat(row.bytesPerSecond()).isEqualTo(3000.0);
        TopRow again = row(guest("a", 50, 100_000, 50), guest("a", 2, 3000, 2), SECOND);
        assertThat(again.bytesPerSecond()).isEqualTo(3000.0);
        assertThat(again.scansPerSecond()).isEqualTo(2.0);
    }

    @Test
    void noRateIsNegativeAndTheFirstIsZero() {
        TopRow row = row(guest("a", 5, 1000, 5), guest("a", 5, 900, 5), SECOND);
        assertThat(row.bytesPerSecond()).isZero();
        TopSample first = new TopSample(7, List.of(guest("a", 5, 1000, 5)));
        assertThat(TopRow.between(first, first).getFirst().bytesPerSecond()).isZero();
    }
}
