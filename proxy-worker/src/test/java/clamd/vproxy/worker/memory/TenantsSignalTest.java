package clamd.vproxy.worker.memory;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Limit;
import clamd.vproxy.policies.LimitValue;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.VerdictScope;
import clamd.vproxy.worker.testing.MannWhitney;
import clamd.vproxy.worker.testing.MemoryRig;
import clamd.vproxy.worker.testing.Seeds;
import clamd.vproxy.worker.testing.SessionRig;
import clamd.vproxy.worker.testing.SocketRig.Served;
import clamd.vproxy.worker.testing.TestLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whether a guest can learn from response times what another guest has scanned. It sends a thousand
 * streams in a random order; the other guest has sent half of them before. A rank test compares the
 * times of the two halves, so that a busy machine makes them noisy, but not different.
 */
@Tag("slow")
@Timeout(300)
class TenantsSignalTest {
    private static final int LOOKUPS = 1000;

    /**
     * The significance level: how often a thousand lookups without a difference seem to have one.
     */
    private static final double CHANCE = 0.01;

    /** How many rounds may fail: that many in a row fail by chance once in a million times. */
    private static final int ROUNDS = 3;

    private static final Limits LIMITS =
            TestLimits.limits()
                    .build()
                    .with(Limit.VERDICT_SCOPE, new LimitValue.Scope(VerdictScope.TENANT));

    @TempDir Path folder;
    private MemoryRig rig;

    @BeforeEach
    void start() throws IOException {
        rig = new MemoryRig(folder);
    }

    @AfterEach
    void stop() throws IOException {
        rig.close();
    }

    @Test
    void noGuestLearnsFromTimingWhatAnotherTenantHasScanned() throws Exception {
        List<Double> chances = new ArrayList<>();
        do {
            chances.add(chanceOfNoDifference("rival", chances.size()));
        } while (chances.getLast() <= CHANCE && chances.size() < ROUNDS);

        assertThat(chances.getLast()).as("all chances: %s", chances).isGreaterThan(CHANCE);
    }

    @Test
    void aGuestLearnsFromTimingWhatItsOwnTenantHasScanned() throws Exception {
        assertThat(chanceOfNoDifference("acme", 0)).isLessThan(CHANCE / 1000);
    }

    /**
     * How likely such times are if earlier scans of this tenant make no difference for guests of
     * {@code acme}.
     */
    private double chanceOfNoDifference(String tenant, int round) throws Exception {
        RandomGenerator random = Seeds.random(1 + round);
        List<Double> known = new ArrayList<>();
        List<Double> unknown = new ArrayList<>();
        for (int i = 0; i < LOOKUPS; i++) {
            String data = "round %d, stream %d, %d".formatted(round, i, random.nextLong());
            boolean before = random.nextBoolean();
            // in both cases a scan of that tenant has just ended
            rig.scan(tenant, "neighbour", LIMITS, before ? data : "not " + data);
            rig.watch.ask();
            (before ? known : unknown).add(lookupNanos(data));
        }
        return MannWhitney.chanceOfNoDifference(known, unknown);
    }

    private double lookupNanos(String data) throws Exception {
        Served served = rig.serve("acme", "curious", LIMITS);
        byte[] stream = SessionRig.join(SessionRig.chunk(data), SessionRig.header(0));
        long begin = System.nanoTime();
        served.guest().send("zINSTREAM\0").send(stream);
        String reply = served.guest().receiveAllAndClose();
        long taken = System.nanoTime() - begin;
        assertThat(reply).isEqualTo("stream: OK\0");
        served.result();
        return taken;
    }
}
