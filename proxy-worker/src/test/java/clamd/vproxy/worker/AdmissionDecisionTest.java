package clamd.vproxy.worker;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.AdmissionDecision.Load;
import clamd.vproxy.worker.AdmissionDecision.Refuse;
import clamd.vproxy.worker.AdmissionDecision.Serve;
import clamd.vproxy.worker.AdmissionDecision.Wait;
import clamd.vproxy.worker.session.Termination;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AdmissionDecisionTest {
    private static AdmissionDecision decide(
            Admission admission, int quota, int inService, int waiting, int maxWaiting, long rate) {
        return AdmissionDecision.decide(
                new Load(
                        Optional.empty(),
                        false,
                        admission,
                        quota,
                        inService,
                        waiting,
                        maxWaiting,
                        rate));
    }

    @ParameterizedTest
    @CsvSource({
        // admission, quota, in service, waiting, most waiting, rate tokens, decision
        "OPEN,     2, 0, 0, 1, 9, SERVE",
        "OPEN,     2, 1, 0, 0, 9, SERVE",
        "OPEN,     2, 2, 0, 1, 9, WAIT",
        "OPEN,     2, 2, 1, 1, 9, QUOTA",
        "OPEN,     2, 2, 0, 0, 9, QUOTA",
        "OPEN,     0, 0, 0, 9, 9, QUOTA",
        "OPEN,     2, 3, 0, 1, 9, WAIT",
        "OPEN,     2, 0, 0, 1, 0, WAIT",
        "OPEN,     2, 0, 1, 1, 0, CONNECTION_RATE",
        "OPEN,     2, 0, 0, 0, 0, CONNECTION_RATE",
        "OPEN,     2, 2, 0, 0, 0, QUOTA",
        "OPEN,     2, 1, 1, 1, 9, WAIT",
        "OPEN,     2, 1, 2, 1, 9, QUOTA",
        "PAUSED,   2, 0, 0, 1, 9, WAIT",
        "PAUSED,   2, 0, 1, 1, 9, PAUSED",
        "PAUSED,   2, 0, 0, 0, 9, PAUSED",
        "DRAINING, 2, 0, 0, 1, 9, DRAINED",
    })
    void eachLoadHasOneDecision(
            Admission admission,
            int quota,
            int inService,
            int waiting,
            int maxWaiting,
            long rate,
            String expected) {
        AdmissionDecision wanted =
                switch (expected) {
                    case "SERVE" -> new Serve();
                    case "WAIT" -> new Wait();
                    default -> new Refuse(Termination.valueOf(expected));
                };
        assertThat(decide(admission, quota, inService, waiting, maxWaiting, rate))
                .isEqualTo(wanted);
    }

    @Test
    void aConnectionNeverOvertakesAWaitingOne() {
        assertThat(decide(Admission.OPEN, 5, 0, 1, 5, 9)).isEqualTo(new Wait());
    }

    @ParameterizedTest
    @EnumSource(Admission.class)
    void aClosedWorkerNamesItsReasonFirst(Admission admission) {
        Load load = new Load(Optional.of(Termination.SHUTDOWN), true, admission, 0, 0, 0, 0, 0);
        assertThat(AdmissionDecision.decide(load)).isEqualTo(new Refuse(Termination.SHUTDOWN));
    }

    @ParameterizedTest
    @EnumSource(Admission.class)
    void aDeniedGuestIsRefusedWhateverElseHolds(Admission admission) {
        Load load = new Load(Optional.empty(), true, admission, 5, 0, 0, 5, 9);
        assertThat(AdmissionDecision.decide(load)).isEqualTo(new Refuse(Termination.GUEST_DENIED));
    }
}
