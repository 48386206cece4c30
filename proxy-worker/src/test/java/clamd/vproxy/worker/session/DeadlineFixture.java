package clamd.vproxy.worker.session;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.testing.SessionRig;
import clamd.vproxy.worker.testing.TestLimits;
import java.time.Duration;

/** What the tests of sessions that end before their guest does share. */
abstract class DeadlineFixture {
    static final String END = "\0\0\0\0";

    /** How much later than its deadline a session may end: a few looks of the watchdog. */
    static final Duration PRECISION = Duration.ofMillis(500);

    /** Short, because waiting for a place is the one wait that takes real time as well. */
    static final Duration QUEUE_TIMEOUT = Duration.ofMillis(17);

    final SessionRig rig = new SessionRig(TestLimits.limits().queueTimeout(QUEUE_TIMEOUT).build());

    void assertEnd(SessionResult result, Termination termination, String told) {
        assertThat(result.termination()).isEqualTo(termination);
        assertThat(rig.guest.received()).isEqualTo(told);
    }

    static void assertTook(SessionResult result, Duration time) {
        assertThat(result.total()).isBetween(time, time.plus(PRECISION));
    }
}
