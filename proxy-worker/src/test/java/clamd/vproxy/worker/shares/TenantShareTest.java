package clamd.vproxy.worker.shares;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Limit;
import clamd.vproxy.policies.LimitValue.Count;
import clamd.vproxy.policies.Tenant;
import clamd.vproxy.worker.daily.DailyUsage;
import clamd.vproxy.worker.rate.ByteRate;
import clamd.vproxy.worker.testing.ManualClock;
import clamd.vproxy.worker.testing.TestLimits;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class TenantShareTest {
    private final ManualClock clock = new ManualClock();
    private final TenantShare acme =
            new TenantShare(
                    new Tenant.Named("acme"),
                    new ByteRate(OptionalLong.empty(), 1024, clock),
                    new DailyUsage(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC)),
                    clock);
    private final Runnable connections = this::connected;
    private final Runnable requests = this::asked;

    private void connected() {}

    private void asked() {}

    private static TestLimits limits() {
        return TestLimits.limits().tenant("acme");
    }

    private void allowOnly(TestLimits limits) {
        acme.setLimits(limits.policy().tenant().limits());
    }

    @Test
    void aRequestOfASessionKeepsToTheLineForTheConnectionRate() {
        allowOnly(limits().together(Limit.MAX_CONNECTION_RATE, new Count(1)));
        assertThat(acme.tryServe(connections)).isTrue();
        assertThat(acme.tryServe(connections)).isFalse();
        clock.advance(Duration.ofSeconds(1));
        assertThat(acme.tryRequest(requests)).isFalse();
        assertThat(acme.tryServe(connections)).isTrue();
        clock.advance(Duration.ofSeconds(1));
        assertThat(acme.tryServe(connections)).as("the request is first now").isFalse();
        assertThat(acme.tryRequest(requests)).isTrue();
    }

    @Test
    void aRequestPassesALineThatWaitsForTheQuota() {
        allowOnly(
                limits().together(Limit.MAX_CONNECTIONS, new Count(1))
                        .together(Limit.MAX_CONNECTION_RATE, new Count(5)));
        assertThat(acme.tryServe(connections)).isTrue();
        assertThat(acme.tryServe(connections)).isFalse();
        assertThat(acme.tryRequest(requests)).isTrue();
    }

    @Test
    void aConnectionThatWasNotServedAfterAllLeavesTheRateToAnother() {
        allowOnly(limits().together(Limit.MAX_CONNECTION_RATE, new Count(1)));
        assertThat(acme.tryServe(connections)).isTrue();
        acme.undoServe();
        assertThat(acme.inService()).isZero();
        assertThat(acme.tryServe(connections)).isTrue();
    }
}
