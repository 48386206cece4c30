package clamd.vproxy.worker.session;

import static clamd.vproxy.worker.testing.SessionRig.chunk;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.testing.SessionRig;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The answers to connections that are refused before any command. */
class SessionRefusalTest {
    private final SessionRig rig = new SessionRig();

    @ParameterizedTest
    @EnumSource(names = {"QUOTA", "HOST_LIMIT", "UNKNOWN_GUEST", "GUEST_DENIED", "SHUTDOWN"})
    void aRefusalEndsWithTheTerminatorOfTheCommand(Termination reason) {
        rig.guest.sends("zINSTREAM\0").sends(chunk("abc")).sends("\0\0\0\0").ends();

        SessionResult result = rig.refuse(reason);

        assertEnd(result, reason, reason.verdict(), reason.guestText().orElseThrow() + "\0");
        assertThat(result.commandText()).isEqualTo("zINSTREAM");
        assertThat(rig.clamd.connections()).isZero();
        assertThat(rig.guest.isPlayed()).as("read to the end").isTrue();
    }

    @Test
    void aRefusedGuestThatSaysNothingIsAnsweredAfterASecond() {
        SessionResult result = rig.refuse(Termination.QUOTA);

        assertEnd(result, Termination.QUOTA, Verdict.REFUSED, "Connection quota exceeded. ERROR\n");
        assertThat(result.total()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
    }

    @Test
    void aRefusedGuestThatEndsItsOutputIsAnsweredAtOnce() {
        rig.guest.ends();

        assertEnd(
                rig.refuse(Termination.QUOTA),
                Termination.QUOTA,
                Verdict.REFUSED,
                "Connection quota exceeded. ERROR\n");
    }

    private void assertEnd(
            SessionResult result, Termination termination, Verdict verdict, String told) {
        assertThat(result.termination()).isEqualTo(termination);
        assertThat(rig.guest.received()).isEqualTo(told);
        assertThat(result.verdict()).isEqualTo(verdict);
        assertThat(result.signature()).isEqualTo(Optional.empty());
    }
}
