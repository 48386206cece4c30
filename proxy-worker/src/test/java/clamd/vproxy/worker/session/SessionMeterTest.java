package clamd.vproxy.worker.session;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Command;
import clamd.vproxy.policies.Tenant;
import clamd.vproxy.worker.daily.DailyUsage;
import clamd.vproxy.worker.rate.ByteRate;
import clamd.vproxy.worker.shares.Owner;
import clamd.vproxy.worker.shares.TenantShare;
import clamd.vproxy.worker.testing.ManualClock;
import clamd.vproxy.worker.testing.TestLimits;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class SessionMeterTest {
    private final ManualClock clock = new ManualClock();
    private final SessionMeter meter = new SessionMeter(7, clock.getAsLong(), clock);

    private long at(SessionStep step, long seconds) {
        meter.enter(step);
        clock.advance(Duration.ofSeconds(seconds));
        return seconds;
    }

    @Test
    void theStepsOfASessionAddUpToItsAge() {
        clock.advance(Duration.ofSeconds(1));
        long sum = 1;
        for (SessionStep step : SessionStep.values()) {
            sum += at(step, 2 + step.name().length());
        }
        sum += at(SessionStep.UPLOAD, 5);
        meter.enter(SessionStep.FAREWELL);
        Duration all = Duration.ZERO;
        for (SessionStep step : SessionStep.values()) {
            all = all.plus(meter.spent(step));
        }
        assertThat(all).isEqualTo(Duration.ofSeconds(sum)).isEqualTo(result().total());
        assertThat(meter.spent(SessionStep.QUEUE)).isEqualTo(Duration.ofSeconds(1 + 7));
        assertThat(meter.spent(SessionStep.UPLOAD)).isEqualTo(Duration.ofSeconds(8 + 5));
    }

    @Test
    void timeThatAStreamSpendsOnWaitingForOthersIsNotItsOwn() {
        at(SessionStep.COMMAND, 1);
        at(SessionStep.UPLOAD, 2);
        at(SessionStep.PLACE, 4);
        at(SessionStep.RATE_PAUSE, 8);
        at(SessionStep.SPOOL_PAUSE, 16);
        at(SessionStep.SLOT, 32);
        at(SessionStep.SCAN, 64);
        meter.enter(SessionStep.FAREWELL);
        assertThat(result().demand().streamTime()).isEqualTo(Duration.ofSeconds(2 + 8 + 64));
        assertThat(result().pause()).isEqualTo(Duration.ofSeconds(8 + 16));
    }

    @Test
    void aViewSaysWhatTheSessionIsAtAndWhenItsGuestWasLastHeardOf() {
        clock.advance(Duration.ofSeconds(1));
        meter.enter(SessionStep.COMMAND);
        clock.advance(Duration.ofSeconds(2));
        assertThat(meter.view().command()).isEmpty();
        meter.asked(Command.INSTREAM);
        meter.enter(SessionStep.UPLOAD);
        long waitingSince = clock.getAsLong();
        clock.advance(Duration.ofSeconds(4));
        meter.heard(waitingSince);
        meter.streamed(1000, 600);
        clock.advance(Duration.ofSeconds(8));
        assertThat(meter.view())
                .isEqualTo(
                        new SessionView(
                                7,
                                Optional.of(Command.INSTREAM),
                                SessionStep.UPLOAD,
                                Duration.ofSeconds(12),
                                Duration.ofSeconds(15),
                                Duration.ofSeconds(8),
                                1000));
        assertThat(result().demand().longestSilence()).isEqualTo(Duration.ofSeconds(4));
        assertThat(result().demand().largestChunkBytes()).isEqualTo(600);
    }

    private SessionResult result() {
        ByteRate rate = new ByteRate(OptionalLong.empty(), 64, clock);
        DailyUsage usage = new DailyUsage(Clock.systemUTC());
        GuestShare share =
                new GuestShare(
                        Owner.ofItself("guest"),
                        rate,
                        usage,
                        new TenantShare(new Tenant.OneGuest("guest"), rate, usage, clock),
                        TestLimits.limits().policy().tenant());
        return meter.result(
                share, 0, "", 1, 1, Outcome.of(Termination.NOTHING_ASKED, Optional.empty()));
    }
}
