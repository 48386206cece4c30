package clamd.vproxy.supervisor.connections.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.LogTap.Line;
import clamd.vproxy.worker.testing.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections with a CID that no known guest has, with fakes of libvirt's lookup. */
@Timeout(60)
class UnknownPeersTest extends DispatcherFixture {
    @Test
    void anUnknownCidThatALookUpFindsIsServed() throws Exception {
        Dispatcher dispatcher =
                dispatcher((cid, _) -> {
                    writer.submit(registry -> registry.upsert(A, 0)).join();
                    return writer.registry().byCid(cid);
                });
        assertServed(dispatched(dispatcher, 3, "zPING\0"));
        assertThat(answeredPing().value("domain")).isEqualTo("a");
        assertServed(dispatched(dispatcher, 3, "zPING\0"));
        assertThat(lookedUp).containsExactly(3L);
    }

    @Test
    void anUnknownPeerIsRefusedAndLoggedOnceAMinuteForEachCid() throws Exception {
        Dispatcher dispatcher = dispatcher(nobody());
        for (long cid : new long[] {9, 9, 9, 10}) {
            assertRefusedAsUnknown(dispatched(dispatcher, cid, "zPING\0"));
        }
        Line line = sessions.find(each -> each.value("cid").equals("9"));
        assertThat(line.value("domain")).isEqualTo("unknown");
        assertThat(line.value("uuid")).isEqualTo("none");
        assertThat(line.value("rule")).isEqualTo("none");
        assertThat(line.value("verdict")).isEqualTo("refused");
        assertThat(line.value("termination")).isEqualTo("unknown-guest");
        assertThat(linesOf9Before("10")).isEqualTo(1);

        clock.advance(Duration.ofSeconds(59));
        assertRefusedAsUnknown(dispatched(dispatcher, 9, "zPING\0"));
        assertRefusedAsUnknown(dispatched(dispatcher, 11, "zPING\0"));
        assertThat(linesOf9Before("11")).isEqualTo(1);

        clock.advance(Duration.ofSeconds(1));
        assertRefusedAsUnknown(dispatched(dispatcher, 9, "zPING\0"));
        assertRefusedAsUnknown(dispatched(dispatcher, 12, "zPING\0"));
        assertThat(linesOf9Before("12")).isEqualTo(2);
    }

    /** How often CID 9 was logged; all are refused, and logged, in the order of arrival. */
    private long linesOf9Before(String other) throws InterruptedException {
        assertThat(sessions.find(line -> line.value("cid").equals(other))).isNotNull();
        return sessions.lines().stream().filter(line -> line.value("cid").equals("9")).count();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2})
    void theHostsOwnCidsAreNeverGuestsAndNeverLookedUp(long cid) throws Exception {
        Dispatcher dispatcher = dispatcher((_, _) -> Optional.of(A));
        assertRefusedAsUnknown(dispatched(dispatcher, cid, "zPING\0"));
        assertThat(lookedUp).isEmpty();
    }

    @Test
    void aLookUpThatHangsKeepsNoKnownGuestWaiting() throws Exception {
        CountDownLatch hanging = new CountDownLatch(1);
        Dispatcher dispatcher =
                dispatcher((_, limit) -> {
                    assertThat(limit).isLessThanOrEqualTo(Duration.ofSeconds(2));
                    awaitQuietly(hanging);
                    return Optional.empty();
                });
        change(registry -> registry.upsert(A, 0));
        GuestClient unknown = dispatched(dispatcher, 50, "zPING\0");
        GuestClient behind = dispatched(dispatcher, 51, "zPING\0");
        assertServed(dispatched(dispatcher, 3, "zPING\0"));
        // else its time could be over before the look-up began
        Eventually.holds("a look-up", () -> lookedUp.contains(50L));

        clock.advance(Duration.ofSeconds(3));
        hanging.countDown();
        assertRefusedAsUnknown(unknown);
        assertRefusedAsUnknown(behind);
        // it had waited for its whole time by then
        assertThat(lookedUp).containsExactly(50L);
    }

    @Test
    void aStopServesAConnectionWhoseGuestIsStillLookedUp() throws Exception {
        CountDownLatch hanging = new CountDownLatch(1);
        Dispatcher dispatcher =
                dispatcher((cid, _) -> {
                    awaitQuietly(hanging);
                    writer.submit(registry -> registry.upsert(A, 0)).join();
                    return writer.registry().byCid(cid);
                });
        GuestClient early = dispatched(dispatcher, 3, "zPING\0");
        FutureTask<Void> stop =
                new FutureTask<>(() -> {
                    dispatcher.serveAccepted(Duration.ofSeconds(30));
                    dispatcher.drain(Duration.ZERO);
                    return null;
                });
        Thread stopping = Thread.ofPlatform().start(stop);
        Eventually.holds(
                "the stop waits, or is over",
                () -> stopping.getState() == Thread.State.TIMED_WAITING || stop.isDone());

        hanging.countDown();
        assertServed(early);
        stop.get();
    }

    @Test
    void oneUnknownCidCannotTakeAllThePlacesOfThoseToBeLookedUp() throws Exception {
        CountDownLatch hanging = new CountDownLatch(1);
        Dispatcher dispatcher =
                dispatcher((cid, _) -> {
                    awaitQuietly(hanging);
                    writer.submit(registry -> registry.upsert(A, 0)).join();
                    return writer.registry().byCid(cid);
                });
        List<GuestClient> waiting = new ArrayList<>();
        waiting.add(dispatched(dispatcher, 50, "zPING\0"));
        Eventually.holds("it is being looked up", () -> lookedUp.contains(50L));
        for (int i = 0; i < 16; i++) {
            waiting.add(dispatched(dispatcher, 50, "zPING\0"));
        }
        assertRefusedAsUnknown(dispatched(dispatcher, 50, "zPING\0"));
        GuestClient guest = dispatched(dispatcher, 3, "zPING\0");

        hanging.countDown();
        assertServed(guest);
        for (GuestClient client : waiting) {
            client.leaves();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aLookUpThatFailsRefusesItsPeerAndTheNextOneIsLookedUp() throws Exception {
        Dispatcher dispatcher =
                dispatcher((cid, _) -> {
                    if (cid == 50) {
                        throw new IllegalStateException("a defect");
                    }
                    writer.submit(registry -> registry.upsert(A, 0)).join();
                    return writer.registry().byCid(cid);
                });
        assertRefusedAsUnknown(dispatched(dispatcher, 50, "zPING\0"));
        assertServed(dispatched(dispatcher, 3, "zPING\0"));
    }
}
