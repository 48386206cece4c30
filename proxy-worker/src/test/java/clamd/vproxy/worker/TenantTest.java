package clamd.vproxy.worker;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Limit;
import clamd.vproxy.policies.LimitValue.Count;
import clamd.vproxy.policies.LimitValue.Size;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.shares.TenantShare;
import clamd.vproxy.worker.testing.Eventually;
import clamd.vproxy.worker.testing.SessionRig;
import clamd.vproxy.worker.testing.TestGuest;
import clamd.vproxy.worker.testing.TestLimits;
import clamd.vproxy.worker.testing.WorkerRig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the guests of one tenant may use together, over real sockets. */
@Timeout(30)
class TenantTest {
    private static final String END = "\0\0\0\0";

    @TempDir Path folder;
    private WorkerRig rig;
    private TenantShare acme;

    @BeforeEach
    void start() throws IOException {
        rig = new WorkerRig(folder, 1000);
        acme = rig.tenant("acme");
    }

    @AfterEach
    void nothingIsLeftOver() throws IOException {
        rig.close();
        assertThat(acme.inService()).isZero();
        assertThat(acme.waiting()).isZero();
    }

    private static TestLimits limits() {
        return TestLimits.limits().tenant("acme");
    }

    private static TestLimits connectionsTogether(int count) {
        return limits().together(Limit.MAX_CONNECTIONS, new Count(count));
    }

    private Optional<String> detail(Termination termination) {
        return rig.results.stream()
                .filter(result -> result.termination() == termination)
                .findFirst()
                .flatMap(SessionResult::detail);
    }

    @Test
    void guestsWaitForTheTenantsQuotaAndAreServedWhenAConnectionEnds() throws Exception {
        GuestWorker one = rig.worker("one", acme, connectionsTogether(1).policy());
        GuestWorker two = rig.worker("two", acme, connectionsTogether(1).policy());
        TestGuest first = rig.connectUploading(one);
        TestGuest second = rig.connect(two).send("zPING\0");
        assertThat(two.connectionCount()).isEqualTo(new ConnectionCount(0, 1));
        assertThat(first.send(END).receiveAllAndClose()).isEqualTo("stream: OK\0");
        assertThat(second.receiveAllAndClose()).isEqualTo("PONG\0");
    }

    @Test
    void aConnectionThatWaitsTooLongForItsTenantIsRefusedAndTheLogNamesTheTenant()
            throws Exception {
        GuestWorker one = rig.worker("one", acme, connectionsTogether(1).policy());
        GuestWorker two =
                rig.worker(
                        "two",
                        acme,
                        connectionsTogether(1).queueTimeout(Duration.ofMillis(50)).policy());
        TestGuest first = rig.connectUploading(one);
        assertThat(rig.connect(two).send("zPING\0").receiveAllAndClose())
                .isEqualTo("Connection quota exceeded. ERROR\0");
        first.send(END).receiveAllAndClose();
        Eventually.holds("both ended", () -> rig.results.size() == 2);
        assertThat(detail(Termination.QUOTA)).contains("maxConnections of tenant acme");
    }

    @Test
    void aGuestThatMayNotWaitIsRefusedAtOnceWhereItsTenantIsFull() throws Exception {
        GuestWorker one = rig.worker("one", acme, connectionsTogether(1).policy());
        GuestWorker two = rig.worker("two", acme, connectionsTogether(1).withoutQueue().policy());
        TestGuest first = rig.connectUploading(one);
        assertThat(rig.connect(two).send("zPING\0").receiveAllAndClose())
                .isEqualTo("Connection quota exceeded. ERROR\0");
        first.send(END).receiveAllAndClose();
        assertThat(rig.connect(two).send("zPING\0").receiveAllAndClose()).isEqualTo("PONG\0");
    }

    @Test
    void aTenantsWaitingConnectionsAreLimited() throws Exception {
        TestLimits limits =
                connectionsTogether(1).together(Limit.MAX_WAITING_CONNECTIONS, new Count(1));
        GuestWorker one = rig.worker("one", acme, limits.policy());
        GuestWorker two = rig.worker("two", acme, limits.policy());
        TestGuest first = rig.connectUploading(one);
        TestGuest second = rig.connect(one).send("zPING\0");
        assertThat(rig.connect(two).send("zPING\0").receiveAllAndClose())
                .isEqualTo("Connection quota exceeded. ERROR\0");
        first.send(END).receiveAllAndClose();
        assertThat(second.receiveAllAndClose()).isEqualTo("PONG\0");
        Eventually.holds("all ended", () -> rig.results.size() == 3);
        assertThat(detail(Termination.QUOTA)).contains("maxWaitingConnections of tenant acme");
    }

    @Test
    void aGuestWithManyWaitingConnectionsDelaysAnothersSingleOneByOne() throws Exception {
        TestLimits limits = connectionsTogether(1).connections(1);
        GuestWorker many = rig.worker("many", acme, limits.policy());
        GuestWorker one = rig.worker("one", acme, limits.policy());
        TestGuest first = rig.connectUploading(many);
        List<TestGuest> uploads = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            uploads.add(rig.connect(many).send("zINSTREAM\0").send(SessionRig.chunk("abc")));
        }
        TestGuest single = rig.connect(one).send("zPING\0");
        first.send(END).receiveAllAndClose();
        // at most one of the others is before it in the line
        uploads.getFirst().send(END);
        assertThat(single.receiveAllAndClose()).isEqualTo("PONG\0");
        for (TestGuest upload : uploads.subList(1, 10)) {
            upload.send(END);
        }
        for (TestGuest upload : uploads) {
            assertThat(upload.receiveAllAndClose()).isEqualTo("stream: OK\0");
        }
    }

    @Test
    void raisedLimitsServeWhatWaitsAndLoweredOnesEndNothing() throws Exception {
        GuestWorker one = rig.worker("one", acme, connectionsTogether(1).policy());
        GuestWorker two = rig.worker("two", acme, connectionsTogether(1).policy());
        TestGuest first = rig.connectUploading(one);
        TestGuest second = rig.connect(two).send("zINSTREAM\0").send(SessionRig.chunk("abc"));
        assertThat(two.connectionCount()).isEqualTo(new ConnectionCount(0, 1));
        one.setPolicy(connectionsTogether(2).policy(), acme);
        Eventually.holds(
                "the other guest is served, whose policy was not even renewed",
                () -> two.connectionCount().equals(new ConnectionCount(1, 0)));
        one.setPolicy(connectionsTogether(0).policy(), acme);
        assertThat(rig.connect(two).send("zPING\0").receiveAllAndClose())
                .isEqualTo("Connection quota exceeded. ERROR\0");
        assertThat(first.send(END).receiveAllAndClose()).isEqualTo("stream: OK\0");
        assertThat(second.send(END).receiveAllAndClose()).isEqualTo("stream: OK\0");
    }

    @Test
    void aGuestThatGoesToAnotherTenantCountsThereWithNewSessionsAndWaitingOnes() throws Exception {
        TenantShare other = rig.tenant("another");
        GuestWorker one = rig.worker("one", acme, connectionsTogether(1).policy());
        GuestWorker two = rig.worker("two", acme, connectionsTogether(1).policy());
        TestGuest first = rig.connectUploading(one);
        TestGuest second = rig.connect(two).send("zINSTREAM\0").send(SessionRig.chunk("abc"));
        assertThat(acme.waiting()).isEqualTo(1);
        two.setPolicy(TestLimits.limits().tenant("another").policy(), other);
        Eventually.holds("it is served as the other's", () -> other.inService() == 1);
        assertThat(acme.waiting()).isZero();
        assertThat(acme.inService()).isEqualTo(1);
        two.setPolicy(connectionsTogether(1).policy(), acme);
        second.send(END).receiveAllAndClose();
        first.send(END).receiveAllAndClose();
        Eventually.holds(
                "each was given back where it was taken",
                () -> other.inService() == 0 && acme.inService() == 0);
    }

    @Test
    void theConnectionRateHoldsForAllGuestsTogether() throws Exception {
        TestLimits limits = limits().together(Limit.MAX_CONNECTION_RATE, new Count(2));
        List<GuestWorker> workers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            workers.add(rig.worker("guest-" + i, acme, limits.withoutQueue().policy()));
        }
        List<String> replies = new ArrayList<>();
        for (GuestWorker worker : workers) {
            replies.add(rig.connect(worker).send("zPING\0").receiveAllAndClose());
        }
        assertThat(replies.subList(0, 2)).containsOnly("PONG\0");
        assertThat(replies).contains("Connection rate exceeded. ERROR\0");
        Eventually.holds("all ended", () -> rig.results.size() == 5);
        assertThat(detail(Termination.CONNECTION_RATE))
                .contains("maxConnectionRate of tenant acme");
    }

    @Test
    void dailyLimitsApplyToAllGuestsOfATenantTogether() throws Exception {
        TestLimits limits = limits().together(Limit.MAX_DAILY_BYTES, new Size(5));
        GuestWorker one = rig.worker("one", acme, limits.policy());
        GuestWorker two = rig.worker("two", acme, limits.policy());
        assertThat(scan(one, "abc")).isEqualTo("stream: OK\0");
        assertThat(scan(two, "def")).isEqualTo("Daily byte quota exceeded. ERROR\0");
        Eventually.holds("both ended", () -> rig.results.size() == 2);
        assertThat(detail(Termination.DAILY_BYTES)).contains("maxDailyBytes of tenant acme");
        assertThat(rig.dailyUsage("one").today().bytes()).isEqualTo(3);
        assertThat(rig.dailyUsage("two").today().bytes()).isEqualTo(3);
        assertThat(acme.dailyUsage().today().bytes()).isEqualTo(5);

        TestLimits scans = limits().together(Limit.MAX_DAILY_SCANS, new Count(1));
        one.setPolicy(scans.policy(), acme);
        two.setPolicy(scans.policy(), acme);
        assertThat(scan(two, "x")).isEqualTo("Daily scan quota exceeded. ERROR\0");
        Eventually.holds("it ended", () -> rig.results.size() == 3);
        assertThat(detail(Termination.DAILY_SCANS)).contains("maxDailyScans of tenant acme");
    }

    private String scan(GuestWorker worker, String data) throws IOException {
        return rig.connect(worker)
                .send("zINSTREAM\0")
                .send(SessionRig.chunk(data))
                .send(END)
                .receiveAllAndClose();
    }

    @Test
    void aGuestThatIsATenantOfItsOwnCountsItsDayOnce() throws Exception {
        TestLimits limits =
                TestLimits.limits().dailyBytes(9).together(Limit.MAX_DAILY_BYTES, new Size(5));
        GuestWorker lone = rig.worker("lone", limits.policy());
        assertThat(scan(lone, "abc")).isEqualTo("stream: OK\0");
        assertThat(rig.dailyUsage("lone").today().bytes()).isEqualTo(3);
        assertThat(scan(lone, "def")).isEqualTo("Daily byte quota exceeded. ERROR\0");
        assertThat(rig.dailyUsage("lone").today().bytes()).isEqualTo(5);
    }
}
