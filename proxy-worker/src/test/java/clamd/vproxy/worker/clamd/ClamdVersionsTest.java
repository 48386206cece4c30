package clamd.vproxy.worker.clamd;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.fair.ScanSlots;
import clamd.vproxy.worker.session.Watchdog;
import clamd.vproxy.worker.testing.Eventually;
import clamd.vproxy.worker.testing.ManualClock;
import clamd.vproxy.worker.testing.ScriptedSocket;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is made of clamd's answers to VERSION, in manual time. */
@Timeout(30)
class ClamdVersionsTest {
    private final ManualClock clock = new ManualClock();
    private ScriptedSocket socket = newSocket();
    private boolean refuses;
    private final Clamds clamds = clamds(new Scripted());
    private final ClamdVersions versions = clamds.versions();

    private ScriptedSocket newSocket() {
        return new ScriptedSocket(clock, new Watchdog(clock));
    }

    private final class Scripted implements ClamdEndpoint {
        @Override
        public ClamdConnection connect(Duration limit) throws IOException {
            if (refuses) {
                throw ClamdUnreachableException.refused("clamd", new IOException("refused"));
            }
            return socket;
        }

        @Override
        public String toString() {
            return "clamd";
        }
    }

    private Clamds clamds(ClamdEndpoint endpoint) {
        Clamd clamd = new Clamd(endpoint, 1, 1, new ScanSlots(1, clock), ClamdTimes.standard());
        return new Clamds(List.of(clamd), HealthTimes.standard(), clock, Clock.systemUTC());
    }

    private void answers(String text) {
        socket = newSocket();
        socket.sends(text);
        versions.askAll();
    }

    private String engine() {
        return versions.of("clamd").map(SignatureVersion::engine).orElse("unknown");
    }

    @Test
    void theAnswerIsKnownByItsEndpoint() {
        assertThat(engine()).isEqualTo("unknown");
        answers("ClamAV 1.4.3/27801/Thu Nov  6 09:32:15 2025\0");

        assertThat(socket.received()).isEqualTo("zVERSION\0");
        assertThat(socket.isClosed()).isTrue();
        assertThat(engine()).isEqualTo("1.4.3");
        assertThat(versions.of("another")).isEmpty();
    }

    @Test
    void aReloadOfTheSignaturesIsSeen() {
        answers("ClamAV 1.4.3/27801/Thu Nov  6 09:32:15 2025\0");
        answers("ClamAV 1.4.3/27802/Fri Nov  7 09:32:15 2025\0");
        assertThat(versions.of("clamd").orElseThrow().signatures().orElseThrow().number())
                .isEqualTo(27802);
    }

    @Test
    void aClamdThatDoesNotTellAnyMoreIsNotKnown() {
        answers("ClamAV 1.4.3\0");
        answers("COMMAND UNAVAILABLE\0");
        assertThat(engine()).isEqualTo("unknown");
    }

    @Test
    void silenceTellsNothingNewAndHasAnEnd() {
        answers("ClamAV 1.4.3\0");
        socket = newSocket();
        long before = clock.getAsLong();
        versions.askAll();

        assertThat(Duration.ofNanos(clock.getAsLong() - before))
                .isEqualTo(HealthTimes.standard().answerLimit());
        assertThat(socket.isClosed()).isTrue();
        assertThat(engine()).isEqualTo("1.4.3");
        assertThat(clamds.status().getFirst().up()).isTrue();
    }

    @Test
    void aRefusedConnectionTellsNothingOfItsHealth() {
        refuses = true;
        versions.askAll();
        assertThat(engine()).isEqualTo("unknown");
        assertThat(clamds.status().getFirst().up()).isTrue();
    }

    @Test
    void closingEndsTheWaitForTheNextTime() throws Exception {
        socket.sends("ClamAV 1.4.3\0");
        Thread thread = Thread.ofPlatform().daemon().start(versions);
        Eventually.holds("the first answer", () -> versions.of("clamd").isPresent());
        versions.close();
        assertThat(thread.join(Duration.ofSeconds(20))).isTrue();
    }
}
