package clamd.vproxy.supervisor.connections.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.GuestIdentity;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.PolicySet;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.testing.TestGuest;
import clamd.vproxy.worker.Admission;
import clamd.vproxy.worker.ConnectionCount;
import clamd.vproxy.worker.daily.DailyAmount;
import clamd.vproxy.worker.session.SessionStep;
import clamd.vproxy.worker.session.SessionView;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RunningGuestTest {
    private static final Duration AGE = Duration.ofSeconds(9);

    private static RunningGuest with(SessionView... sessions) {
        Guest guest = new TestGuest("a", 3).inRun(1);
        GuestIdentity identity =
                new GuestIdentity(
                        Optional.of(guest.name()),
                        Optional.of(guest.uuid()),
                        guest.cid(),
                        Set.of());
        return new RunningGuest(
                guest,
                identity,
                PolicySet.withoutFile(Limits.standard()).resolve(identity),
                new ConnectionCount(1, 0),
                Admission.OPEN,
                List.of(sessions),
                DailyAmount.none(LocalDate.EPOCH),
                DailyAmount.none(LocalDate.EPOCH));
    }

    private static SessionView at(SessionStep step, int seconds) {
        return new SessionView(1, Optional.empty(), step, Duration.ofSeconds(seconds), AGE, AGE, 0);
    }

    @Test
    void aWaitAtClamdIsNoWaitForTheGuestsOwnQuota() {
        RunningGuest guest = with(at(SessionStep.SLOT, 7), at(SessionStep.UPLOAD, 9));
        assertThat(guest.longestWait()).hasSeconds(7);
        assertThat(guest.longestWaiting()).isZero();
    }

    @Test
    void theLongestOfSeveralWaitsCounts() {
        RunningGuest guest = with(at(SessionStep.QUEUE, 2), at(SessionStep.QUEUE, 5));
        assertThat(guest.longestWait()).hasSeconds(5);
        assertThat(guest.longestWaiting()).hasSeconds(5);
    }
}
