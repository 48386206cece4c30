package clamd.vproxy.worker.session;

import static clamd.vproxy.worker.testing.SessionRig.chunk;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.worker.testing.Eventually;
import clamd.vproxy.worker.testing.FakeClamd;
import clamd.vproxy.worker.testing.SocketRig;
import clamd.vproxy.worker.testing.SocketRig.Served;
import clamd.vproxy.worker.testing.TestLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One scan slot among several sessions over real sockets, with a clamd that scans on command. */
@Timeout(30)
class SocketScanSlotTest {
    private static final String END = "\0\0\0\0";
    private static final String STREAM = "zINSTREAM\0\0\0\0\3abc";
    private static final Limits LIMITS = TestLimits.limits().build();

    @TempDir Path folder;
    private final Semaphore mayAnswer = new Semaphore(0);
    private final AtomicInteger scanning = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private FakeClamd clamd;
    private SocketRig rig;

    @BeforeEach
    void start() throws IOException {
        clamd = FakeClamd.onUnixSocket(folder).is(this::scansOnCommand);
        rig = new SocketRig(folder, clamd.endpoint(), 1);
    }

    private void scansOnCommand(FakeClamd.Conversation conversation) throws IOException {
        conversation.readRequest();
        most.accumulateAndGet(scanning.incrementAndGet(), Math::max);
        mayAnswer.acquireUninterruptibly();
        scanning.decrementAndGet();
        conversation.write("stream: OK\0");
    }

    @AfterEach
    void stop() throws IOException {
        assertThat(rig.abandoned.count()).isZero();
        assertThat(rig.uploads.held() + rig.scans.held() + rig.scans.waiting()).isZero();
        rig.close();
        clamd.close();
    }

    private Served scanned(String guest) throws IOException {
        Served served = uploaded(guest);
        Eventually.holds("a scan", () -> scanning.get() == 1);
        return served;
    }

    private Served waiting(String guest) throws IOException {
        int before = rig.scans.waiting();
        Served served = uploaded(guest);
        Eventually.holds("a stream that waits", () -> rig.scans.waiting() == before + 1);
        return served;
    }

    private Served uploaded(String guest) throws IOException {
        Served served = rig.serve(guest, LIMITS);
        served.guest().send("zINSTREAM\0").send(chunk("abc")).send(END);
        return served;
    }

    @Test
    void theEndMarkerIsHeldBackUntilASlotIsFree() throws Exception {
        Served first = scanned("a");
        Served second = waiting("b");
        assertThat(rig.uploads.held()).isEqualTo(2);
        assertThat(scanning).hasValue(1);

        mayAnswer.release();
        assertThat(first.guest().receiveAllAndClose()).isEqualTo("stream: OK\0");
        Eventually.holds("the second's scan", () -> scanning.get() == 1);
        mayAnswer.release();
        assertThat(second.guest().receiveAllAndClose()).isEqualTo("stream: OK\0");
        assertThat(second.result().slotWait()).isPositive();
        assertThat(most).hasValue(1);
    }

    @Test
    void aGuestThatIsStoppedWhileScannedGivesItsSlotToOthersOnlyWhenClamdAnswers()
            throws Exception {
        Served first = scanned("a");
        Served second = waiting("b");
        first.session().stop(Termination.GUEST_STOPPED);

        assertThat(first.result().termination()).isEqualTo(Termination.GUEST_STOPPED);
        assertThat(rig.abandoned.count()).isEqualTo(1);
        assertThat(rig.uploads.held()).isEqualTo(2);
        assertThat(rig.scans.held()).isEqualTo(1);
        assertThat(rig.scans.waiting()).isEqualTo(1);

        mayAnswer.release(2);
        assertThat(second.guest().receiveAllAndClose()).isEqualTo("stream: OK\0");
        assertThat(most).as("scans at once").hasValue(1);
        assertEnded(second);
        first.guest().close();
    }

    @Test
    void aScanWhoseGuestIsGoneIsOverWhenClamdCloses() throws Exception {
        Served first = scanned("a");
        first.session().stop(Termination.GUEST_STOPPED);
        first.result();
        assertThat(rig.scans.held()).isEqualTo(1);

        clamd.close();
        Eventually.holds("the slot is free", () -> rig.scans.held() == 0);
        Eventually.holds("the place is free", () -> rig.uploads.held() == 0);
        mayAnswer.release();
        first.guest().close();
    }

    @Test
    void aGuestThatClosesWhileScannedKeepsItsSlotUntilClamdAnswers() throws Exception {
        Served first = scanned("a");
        Served second = waiting("b");
        first.guest().close();

        assertThat(rig.scans.waiting()).isEqualTo(1);
        mayAnswer.release(2);
        assertThat(first.result().termination()).isEqualTo(Termination.GUEST_LEFT);
        assertThat(second.guest().receiveAllAndClose()).isEqualTo("stream: OK\0");
        assertEnded(second);
    }

    @Test
    void aGuestThatIsStoppedWhileItWaitsLeavesTheQueueAtOnceAndClamdIsLetGo() throws Exception {
        Served first = scanned("a");
        Served second = waiting("b");
        second.session().stop(Termination.GUEST_STOPPED);

        assertThat(rig.scans.waiting()).isZero();
        assertThat(clamd.nextConversation()).as("without an end marker").isEqualTo(STREAM);
        assertThat(second.result().termination()).isEqualTo(Termination.GUEST_STOPPED);
        assertThat(rig.uploads.held()).isEqualTo(1);
        second.guest().close();

        mayAnswer.release();
        assertThat(first.guest().receiveAllAndClose()).isEqualTo("stream: OK\0");
        assertEnded(first);
    }

    @Test
    void aStreamThatWaitsTooLongTimesOut() throws Exception {
        Served first = scanned("a");
        Limits impatient = TestLimits.limits().queueTimeout(Duration.ofMillis(100)).build();
        Served second = rig.serve("b", impatient);
        second.guest().send("nINSTREAM\n").send(chunk("abc")).send(END);

        assertThat(second.guest().receiveAllAndClose())
                .isEqualTo("Scan queue timeout exceeded. ERROR\n");
        assertThat(second.result().termination()).isEqualTo(Termination.SLOT_TIMEOUT);
        assertThat(clamd.nextConversation()).isEqualTo(STREAM);
        mayAnswer.release();
        assertThat(first.guest().receiveAllAndClose()).isEqualTo("stream: OK\0");
        assertEnded(first);
    }

    @Test
    void uploadsThatFillEveryPlaceWhileTheyWaitAreAllScanned() throws Exception {
        mayAnswer.release(30);
        List<Served> all = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            all.add(uploaded("guest-" + i % 4));
        }
        for (Served served : all) {
            assertThat(served.guest().receiveAllAndClose()).isEqualTo("stream: OK\0");
            assertEnded(served);
        }
        assertThat(most).hasValue(1);
    }

    private static void assertEnded(Served served) throws InterruptedException {
        assertThat(served.result().termination()).isEqualTo(Termination.COMPLETED);
    }
}
