package clamd.vproxy.worker;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.testing.Eventually;
import clamd.vproxy.worker.testing.SessionRig;
import clamd.vproxy.worker.testing.TestGuest;
import clamd.vproxy.worker.testing.TestLimits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A guest's daily quotas, over several sessions and runs, with real sockets. */
@Timeout(30)
class DailyQuotaTest extends WorkerFixture {
    @Test
    void ofSeveralStreamsThatEndAtOnceOneGetsTheLastScan() throws Exception {
        GuestWorker worker = rig.worker("last", TestLimits.limits().dailyScans(1).policy());
        List<TestGuest> guests = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            guests.add(rig.connectUploading(worker));
        }
        for (TestGuest guest : guests) {
            guest.send(END);
        }
        List<String> replies = guests.stream().map(TestGuest::receiveAllAndClose).toList();
        assertThat(replies)
                .containsExactlyInAnyOrder(
                        "stream: OK\0",
                        "Daily scan quota exceeded. ERROR\0",
                        "Daily scan quota exceeded. ERROR\0");
    }

    @Test
    void aRebootDoesNotResetTheCount() throws Exception {
        TestLimits limits = TestLimits.limits().dailyBytes(4);
        GuestWorker first = rig.worker("reboots", limits.policy());
        assertThat(scan(first, "abc")).isEqualTo("stream: OK\0");
        first.stop(Termination.GUEST_STOPPED);
        GuestWorker second = rig.worker("reboots", limits.policy());
        assertThat(scan(second, "de")).isEqualTo("Daily byte quota exceeded. ERROR\0");
        GuestWorker other = rig.worker("other", limits.policy());
        assertThat(scan(other, "de")).isEqualTo("stream: OK\0");
    }

    @Test
    void aNewLimitHoldsForNewSessionsAndARunningOneKeepsIts() throws Exception {
        GuestWorker worker = rig.worker("reload", TestLimits.limits().dailyBytes(10).policy());
        TestGuest running = rig.connectUploading(worker);
        worker.setPolicy(TestLimits.limits().dailyBytes(3).policy(), worker.tenant());
        assertThat(scan(worker, "x")).isEqualTo("Daily byte quota exceeded. ERROR\0");
        running.send(SessionRig.chunk("defghij")).send(END);
        assertThat(running.receiveAllAndClose()).isEqualTo("stream: OK\0");

        worker.setPolicy(TestLimits.limits().dailyBytes(11).policy(), worker.tenant());
        assertThat(scan(worker, "x")).isEqualTo("stream: OK\0");
        assertThat(scan(worker, "x")).isEqualTo("Daily byte quota exceeded. ERROR\0");
        assertThat(rig.dailyUsage("reload").today().bytes()).isEqualTo(11);
        assertThat(rig.dailyUsage("reload").today().scans()).isEqualTo(2);
    }

    @Test
    void sessionsInServiceAreDistinguishedFromThoseThatWait() throws Exception {
        GuestWorker worker = rig.worker("counts", TestLimits.limits().connections(1).policy());
        TestGuest uploading = rig.connectUploading(worker);
        TestGuest waiting = rig.connect(worker).send("zPING\0");
        assertThat(worker.connectionCount()).isEqualTo(new ConnectionCount(1, 1));
        uploading.close();
        assertThat(waiting.receiveAllAndClose()).isEqualTo("PONG\0");
        Eventually.holds(
                "the end", () -> worker.connectionCount().equals(new ConnectionCount(0, 0)));
    }

    private String scan(GuestWorker worker, String content) throws IOException {
        return rig.connect(worker)
                .send("zINSTREAM\0")
                .send(SessionRig.chunk(content))
                .send(END)
                .receiveAllAndClose();
    }
}
