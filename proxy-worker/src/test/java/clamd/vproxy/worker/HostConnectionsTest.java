package clamd.vproxy.worker;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import clamd.vproxy.worker.net.StreamSocket;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.shares.Owner;
import clamd.vproxy.worker.testing.Eventually;
import clamd.vproxy.worker.testing.FakeClamd;
import clamd.vproxy.worker.testing.Seeds;
import clamd.vproxy.worker.testing.TestGuest;
import clamd.vproxy.worker.testing.TestLimits;
import clamd.vproxy.worker.testing.WorkerRig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What guests take from one another when the host is full. */
@Timeout(60)
class HostConnectionsTest {
    private static final String FULL = "Connection limit of the host exceeded. ERROR";

    @TempDir Path folder;

    @Test
    void aHostWithoutConnectionsMakesNoSense() {
        assertThatThrownBy(() -> new HostConnections(0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anIdleConnectionOfAGreedyGuestGivesWay() throws Exception {
        try (WorkerRig rig = new WorkerRig(folder, 4)) {
            GuestWorker greedy = rig.worker("greedy", TestLimits.limits().policy());
            GuestWorker modest = rig.worker("modest", TestLimits.limits().policy());
            for (int i = 0; i < 4; i++) {
                rig.connect(greedy);
            }
            TestGuest ping = rig.connect(modest).send("zPING\0");

            assertThat(ping.receiveAllAndClose()).isEqualTo("PONG\0");
            Eventually.holds("one giving way", () -> rig.count(Termination.HOST_LIMIT) == 1);
        }
    }

    @Test
    void theConnectionThatHasWaitedLeastGivesWayFirst() throws Exception {
        try (WorkerRig rig = new WorkerRig(folder, 3)) {
            GuestWorker greedy = rig.worker("greedy", TestLimits.limits().connections(1).policy());
            GuestWorker modest = rig.worker("modest", TestLimits.limits().policy());
            TestGuest uploading = rig.connectUploading(greedy);
            TestGuest waiting = rig.connect(greedy).send("zPING\0");
            TestGuest last = rig.connect(greedy).send("zPING\0");
            TestGuest ping = rig.connect(modest).send("zPING\0");

            assertThat(last.receiveAllAndClose()).isEqualTo(FULL + "\0");
            assertThat(ping.receiveAllAndClose()).isEqualTo("PONG\0");
            uploading.send("\0\0\0\0").receiveAllAndClose();
            assertThat(waiting.receiveAllAndClose()).isEqualTo("PONG\0");
        }
    }

    @Test
    void theGuestThatHoldsMostIsRefusedItself() throws Exception {
        try (WorkerRig rig = new WorkerRig(folder, 4)) {
            GuestWorker greedy = rig.worker("greedy", TestLimits.limits().policy());
            GuestWorker modest = rig.worker("modest", TestLimits.limits().policy());
            rig.connect(modest);
            for (int i = 0; i < 3; i++) {
                rig.connect(greedy);
            }

            assertThat(rig.connect(greedy).send("zPING\0").receiveAllAndClose())
                    .isEqualTo(FULL + "\0");
            assertThat(rig.count(Termination.HOST_LIMIT)).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void aConnectionThatIsNotServedAnywayTakesNothingFromAnother() throws Exception {
        try (WorkerRig rig = new WorkerRig(folder, 4)) {
            GuestWorker greedy = rig.worker("greedy", TestLimits.limits().policy());
            GuestWorker denied = rig.worker("denied", TestLimits.limits().denied());
            GuestWorker none = rig.worker("none", TestLimits.limits().connections(0).policy());
            List<TestGuest> idle = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                idle.add(rig.connect(greedy));
            }

            assertThat(rig.connect(denied).send("zPING\0").receiveAllAndClose())
                    .isEqualTo("Guest not allowed. ERROR\0");
            assertThat(rig.connect(none).send("zPING\0").receiveAllAndClose())
                    .isEqualTo("Connection quota exceeded. ERROR\0");
            for (TestGuest each : idle) {
                assertThat(each.send("zPING\0").receiveAllAndClose()).isEqualTo("PONG\0");
            }
            Eventually.holds("all are given back", () -> rig.host.held() == 0);
        }
    }

    @Test
    void aGuestWithOneFewerTakesNothingFromAnother() throws Exception {
        try (WorkerRig rig = new WorkerRig(folder, 3)) {
            GuestWorker two = rig.worker("two", TestLimits.limits().policy());
            GuestWorker one = rig.worker("one", TestLimits.limits().policy());
            rig.connect(two);
            rig.connect(two);
            rig.connect(one);

            assertThat(rig.connect(one).send("zPING\0").receiveAllAndClose())
                    .isEqualTo(FULL + "\0");
        }
    }

    @Test
    void workThatHasBegunNeverGivesWay() throws Exception {
        try (WorkerRig rig = new WorkerRig(folder, 3)) {
            GuestWorker greedy = rig.worker("greedy", TestLimits.limits().policy());
            GuestWorker modest = rig.worker("modest", TestLimits.limits().policy());
            List<TestGuest> uploads = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                uploads.add(rig.connectUploading(greedy));
            }

            assertThat(rig.connect(modest).send("zPING\0").receiveAllAndClose())
                    .isEqualTo(FULL + "\0");
            for (TestGuest upload : uploads) {
                assertThat(upload.send("\0\0\0\0").receiveAllAndClose()).isEqualTo("stream: OK\0");
            }
        }
    }

    @Test
    void aTenantWithManyGuestsGivesWayToATenantWithFewConnections() {
        HostConnections host = new HostConnections(4);
        AtomicInteger gaveWay = new AtomicInteger();
        for (int guest = 0; guest < 4; guest++) {
            assertThat(host.tryTake(new Owner("many", guest), gaveWay::incrementAndGet))
                    .isNotNull();
        }
        requireNonNull(host.tryTake(Owner.ofItself("few"), () -> {})).tellDisplaced();
        assertThat(gaveWay).hasValue(1);
        // and no further guest of the large tenant gets in instead
        assertThat(host.tryTake(new Owner("many", 5), () -> {})).isNull();
    }

    @Test
    void aGuestThatKeepsConnectingDisplacesOneConnectionHoweverSlowlyItCloses() {
        HostConnections host = new HostConnections(20);
        AtomicInteger gaveWay = new AtomicInteger();
        for (int i = 0; i < 20; i++) {
            assertThat(host.tryTake(Owner.ofItself("greedy"), gaveWay::incrementAndGet))
                    .isNotNull();
        }
        for (int scan = 0; scan < 10; scan++) {
            HostConnections.Lease lease =
                    requireNonNull(host.tryTake(Owner.ofItself("modest"), () -> {}));
            lease.tellDisplaced();
            lease.close();
        }
        assertThat(gaveWay).hasValue(1);
    }

    @Test
    void tenantsThatDisplaceEachOtherKeepNoNewcomerOut() {
        HostConnections host = new HostConnections(20);
        for (int i = 0; i < 20; i++) {
            assertThat(host.tryTake(Owner.ofItself("greedy"), () -> {})).isNotNull();
        }
        int displaced = 0;
        while (host.tryTake(Owner.ofItself("partner"), () -> {}) != null) {
            displaced++;
        }
        assertThat(displaced).as("connections that have not left yet").isEqualTo(2);

        assertThat(host.tryTake(Owner.ofItself("newcomer"), () -> {})).isNotNull();
        assertThat(host.tryTake(Owner.ofItself("newcomer"), () -> {})).isNull();
    }

    @Test
    void aLeaseThatIsClosedTwiceGivesOneConnectionBack() {
        HostConnections host = new HostConnections(2);
        HostConnections.Lease first = requireNonNull(host.tryTake(Owner.ofItself("a"), () -> {}));
        assertThat(host.tryTake(Owner.ofItself("b"), () -> {})).isNotNull();
        first.close();
        first.close();
        assertThat(host.held()).isEqualTo(1);
    }

    @Test
    void theSumsAgreeInTheEndWhateverGuestsDo() {
        Seeds.forEach(
                6,
                random -> {
                    try {
                        Path own = Files.createTempDirectory(folder, "run");
                        try (WorkerRig rig = new WorkerRig(own, random.nextInt(3, 12))) {
                            playRandomGuests(rig, random);
                        }
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });
    }

    private static void playRandomGuests(WorkerRig rig, RandomGenerator random) throws IOException {
        List<GuestWorker> workers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            workers.add(
                    rig.worker(
                            "guest-" + i,
                            TestLimits.limits()
                                    .connections(random.nextInt(1, 5))
                                    .waiting(random.nextInt(4))
                                    .queueTimeout(Duration.ofMillis(random.nextInt(1, 400)))
                                    .policy()));
        }
        List<TestGuest> open = new ArrayList<>();
        for (int step = 0; step < 150; step++) {
            if (random.nextInt(3) > 0 || open.isEmpty()) {
                open.add(rig.connect(workers.get(random.nextInt(workers.size()))));
            } else {
                act(open.remove(random.nextInt(open.size())), random);
            }
            if (random.nextInt(40) == 0) {
                GuestWorker worker = workers.get(random.nextInt(workers.size()));
                worker.setPolicy(
                        TestLimits.limits().connections(random.nextInt(4)).policy(),
                        worker.tenant());
            }
            assertThat(rig.host.held()).isNotNegative();
        }
        workers.getFirst().drain(Termination.SHUTDOWN);
    }

    private static void act(TestGuest guest, RandomGenerator random) {
        List<String> requests =
                List.of(
                        "zPING\0",
                        "nVERSION\n",
                        "zINSTREAM\0\0\0\0\0",
                        "zINSTREAM\0",
                        "SCAN /\n",
                        "");
        try {
            guest.send(requests.get(random.nextInt(requests.size())));
        } catch (IOException _) {
            // it was refused meanwhile
        }
        if (random.nextBoolean()) {
            guest.close();
        }
    }

    @Test
    void theSearchForAConnectionToDisplaceToleratesChangingCounts() throws Exception {
        int guests = 60;
        try (WorkerRig rig = new WorkerRig(folder, 2 * guests)) {
            rig.clamd.is(FakeClamd::silent);
            Owner newcomer = Owner.ofItself("newcomer");
            List<GuestWorker> workers = new ArrayList<>();
            for (int i = 0; i < guests; i++) {
                GuestWorker worker = rig.worker("many-" + i, TestLimits.limits().policy());
                rig.connect(worker).send("zPING\0");
                rig.connect(worker).send("zPING\0");
                workers.add(worker);
            }
            Eventually.holds("work everywhere", () -> rig.sockets.requests.held() == 4);
            workers.forEach(
                    worker -> worker.setPolicy(TestLimits.limits().denied(), worker.tenant()));

            AtomicBoolean over = new AtomicBoolean();
            Thread changing = Thread.ofPlatform().daemon().start(() -> change(rig, workers, over));
            try {
                for (int i = 0; i < 20_000; i++) {
                    HostConnections.Lease lease = rig.host.tryTake(newcomer, () -> {});
                    if (lease != null) {
                        lease.tellDisplaced();
                        lease.close();
                    }
                }
            } finally {
                over.set(true);
                changing.join();
            }
        }
    }

    private static void change(WorkerRig rig, List<GuestWorker> workers, AtomicBoolean over) {
        RandomGenerator random = Seeds.random(1);
        while (!over.get()) {
            GuestWorker worker = workers.get(random.nextInt(workers.size()));
            rig.accepted.incrementAndGet();
            worker.accept(new ClosedSocket());
        }
    }

    /** The connection of a guest that left at once. */
    private static final class ClosedSocket implements StreamSocket {
        @Override
        public int read(ByteBuffer target) {
            return -1;
        }

        @Override
        public void write(ByteBuffer source) throws IOException {
            throw new IOException("Broken pipe");
        }

        @Override
        public void shutdownInput() {}

        @Override
        public void shutdownOutput() {}

        @Override
        public void close() {}
    }
}
