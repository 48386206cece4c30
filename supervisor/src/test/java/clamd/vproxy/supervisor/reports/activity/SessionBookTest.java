package clamd.vproxy.supervisor.reports.activity;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Command;
import clamd.vproxy.policies.GuestIdentity;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.PolicySet;
import clamd.vproxy.supervisor.connections.dispatch.EndedSession;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.testing.TestGuest;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.session.Verdict;
import clamd.vproxy.worker.testing.ManualClock;
import clamd.vproxy.worker.testing.TestResult;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Whose sessions are counted, from when to when, and under which name. */
class SessionBookTest {
    private final Map<UUID, Guest> running = new HashMap<>();
    private final SessionBook book =
            new SessionBook(uuid -> Optional.ofNullable(running.get(uuid)), new ManualClock());

    private Guest starts(Guest guest) {
        running.put(guest.uuid(), guest);
        book.started(guest);
        return guest;
    }

    private void stops(Guest guest) {
        running.remove(guest.uuid(), guest);
        book.stopped(guest);
    }

    private void ends(Guest guest, long bytes) {
        SessionResult result =
                TestResult.result()
                        .guest(guest.epoch())
                        .accepted(Command.INSTREAM)
                        .streamBytes(bytes)
                        .queueWait(Duration.ofMillis(1))
                        .permitWait(Duration.ofMillis(2))
                        .pause(Duration.ofMillis(3))
                        .slotWait(Duration.ofMillis(4))
                        .scan(Duration.ofMillis(5))
                        .total(Duration.ofMillis(20))
                        .verdict(Verdict.CLEAN)
                        .build();
        book.ended(
                new EndedSession(
                        guest,
                        PolicySet.withoutFile(Limits.standard())
                                .resolve(
                                        new GuestIdentity(
                                                Optional.of(guest.name()),
                                                Optional.of(guest.uuid()),
                                                guest.cid(),
                                                Set.of())),
                        result,
                        Optional.empty()));
    }

    private long bytesOf(String domain) {
        return counts(domain).streamBytes();
    }

    private SessionCounts counts(String domain) {
        return Objects.requireNonNull(book.ofHost().byDomain().get(domain));
    }

    private static Guest named(Guest guest, String name) {
        return new Guest(
                guest.source(), guest.uuid(), name, guest.domainId(), OptionalLong.of(9), Set.of());
    }

    @Test
    void aGuestIsThereWithNothingFromItsStartOn() {
        starts(new TestGuest("a", 3).inRun(1));
        assertThat(bytesOf("a")).isZero();
        assertThat(counts("a").recentSessions()).isEmpty();
    }

    @Test
    void sessionsAddUp() {
        Guest guest = starts(new TestGuest("a", 3).inRun(1));
        ends(guest, 5);
        ends(guest, 7);
        SessionCounts counts = counts("a");
        assertThat(counts.streamBytes()).isEqualTo(12);
        assertThat(counts.waits().get(Wait.SLOT)).isEqualTo(Duration.ofMillis(8));
        assertThat(counts.scan()).isEqualTo(Duration.ofMillis(10));
        assertThat(counts.sessions())
                .containsOnly(
                        Map.entry(
                                new SessionKind("INSTREAM", Verdict.CLEAN, Termination.COMPLETED),
                                2L));
        assertThat(counts.recentBytes()).last().isEqualTo(12L);
        assertThat(book.of(guest)).isEqualTo(counts);
        assertThat(counts.sessionCount()).isEqualTo(2);
        assertThat(counts.scans()).isEqualTo(2);
        assertThat(counts.verdicts()).isEqualTo(Map.of("clean", 2L));
        assertThat(counts.terminations()).isEqualTo(Map.of("completed", 2L));
    }

    @Test
    void nothingIsLeftOfAGuestThatStoppedNotEvenByASessionThatEndsLater() {
        Guest guest = starts(new TestGuest("a", 3).inRun(1));
        ends(guest, 5);
        stops(guest);
        ends(guest, 5);
        assertThat(book.ofHost().byDomain()).isEmpty();
    }

    @Test
    void theNextRunBeginsAnew() {
        Guest first = starts(new TestGuest("a", 3).inRun(1));
        ends(first, 5);
        stops(first);
        Guest second = starts(new TestGuest("a", 3).inRun(2));
        ends(second, 7);
        assertThat(bytesOf("a")).isEqualTo(7);
    }

    @Test
    void aSessionThatEndsBeforeItsStartIsReportedCounts() {
        Guest guest = new TestGuest("a", 3).inRun(1);
        running.put(guest.uuid(), guest);
        ends(guest, 5);
        book.started(guest);
        assertThat(bytesOf("a")).isEqualTo(5);
        stops(guest);
        assertThat(book.ofHost().byDomain()).isEmpty();
    }

    @Test
    void guestsOfOneNameAddUpAndNeverGoBackWhileOneOfThemRuns() {
        Guest one = starts(new TestGuest("a", 3).inRun(1));
        Guest other = starts(named(new TestGuest("b", 4).inRun(1), "a"));
        ends(one, 5);
        ends(other, 7);
        assertThat(bytesOf("a")).isEqualTo(12);
        assertThat(book.of(one).streamBytes()).isEqualTo(5);
        stops(one);
        assertThat(book.of(other).streamBytes()).isEqualTo(7);
        assertThat(bytesOf("a")).isEqualTo(12);
        stops(other);
        assertThat(book.ofHost().byDomain()).isEmpty();
    }

    @Test
    void aNewNameBeginsAnewAndTheOldOneEnds() {
        Guest before = starts(new TestGuest("a", 3).inRun(1));
        ends(before, 5);
        Guest after = named(before, "z");
        running.put(after.uuid(), after);
        book.changed(before, after);
        ends(before, 5);
        ends(after, 7);
        assertThat(book.ofHost().byDomain()).containsOnlyKeys("z");
        assertThat(bytesOf("z")).isEqualTo(7);
    }
}
