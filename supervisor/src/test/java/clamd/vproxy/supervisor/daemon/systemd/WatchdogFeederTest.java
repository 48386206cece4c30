package clamd.vproxy.supervisor.daemon.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.base.threads.LoopPulse;
import clamd.vproxy.supervisor.testing.StandInSystemd;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.worker.testing.ManualClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WatchdogFeederTest {
    private static final long PID = 4711;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ManualClock clock = new ManualClock();
    private final LoopPulse accepting = new LoopPulse("acceptor");
    private final LoopPulse following = new LoopPulse("follower");

    private TemporaryFolder folder;
    private StandInSystemd systemd;
    private ServiceManager manager;
    private WatchdogFeeder feeder;

    @BeforeEach
    void begin() throws Exception {
        folder = TemporaryFolder.create();
        systemd = StandInSystemd.at(folder.path().resolve("notify"));
        manager =
                ServiceManager.of(
                        systemd.environment(2 * PATIENCE.toNanos() / 1000, PID), PID, clock);
        feeder =
                new WatchdogFeeder(
                        manager, List.of(accepting, following), () -> "serving", clock, false);
    }

    @AfterEach
    void end() throws Exception {
        manager.close();
        systemd.close();
        folder.close();
    }

    private boolean isFed() throws Exception {
        feeder.tell();
        return systemd.heard().contains("WATCHDOG=1");
    }

    @Test
    void theWatchdogIsFedAsLongAsEveryLoopGoesRound() throws Exception {
        for (int look = 0; look < 5; look++) {
            assertThat(isFed()).isTrue();
            accepting.beat();
            following.beat();
            clock.advance(PATIENCE.plusSeconds(1));
        }
    }

    @Test
    void aLoopMayTakeItsTimeButNotMore() throws Exception {
        assertThat(isFed()).isTrue();
        clock.advance(PATIENCE);
        assertThat(isFed()).isTrue();
        clock.advance(Duration.ofNanos(1));
        assertThat(isFed()).isFalse();
    }

    @Test
    void oneLoopThatHangsStopsTheFeeding() throws Exception {
        assertThat(isFed()).isTrue();
        for (int look = 0; look < 3; look++) {
            clock.advance(PATIENCE.dividedBy(2).plusSeconds(1));
            accepting.beat();
            assertThat(isFed()).isEqualTo(look == 0);
        }
    }

    @Test
    void aLoopThatGoesOnIsFedForAgain() throws Exception {
        assertThat(isFed()).isTrue();
        clock.advance(PATIENCE.multipliedBy(2));
        assertThat(isFed()).isFalse();
        accepting.beat();
        following.beat();
        assertThat(isFed()).isTrue();
    }

    @Test
    void aLoopThatWaitsForLibvirtMayTakeAnyTime() throws Exception {
        following.awaitOthers();
        for (int look = 0; look < 3; look++) {
            accepting.beat();
            assertThat(isFed()).isTrue();
            clock.advance(PATIENCE.multipliedBy(10));
        }
        accepting.beat();
        following.beat();
        assertThat(isFed()).isTrue();
        accepting.beat();
        clock.advance(PATIENCE.plusNanos(1));
        accepting.beat();
        assertThat(isFed()).isFalse();
    }

    @Test
    void theThreadTellsByItselfAndEnds() throws Exception {
        manager.ready("starting");
        try (WatchdogFeeder _ =
                new WatchdogFeeder(manager, List.of(accepting), () -> "serving", clock)) {
            assertThat(systemd.hears()).startsWith("READY=1");
            assertThat(systemd.hears()).isEqualTo("WATCHDOG=1");
            assertThat(systemd.hears()).isEqualTo("STATUS=serving");
        }
    }
}
