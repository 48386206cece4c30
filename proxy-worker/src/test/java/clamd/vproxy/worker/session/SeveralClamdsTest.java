package clamd.vproxy.worker.session;

import static clamd.vproxy.worker.testing.SessionRig.chunk;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.worker.clamd.ClamdMonitor;
import clamd.vproxy.worker.clamd.HealthTimes;
import clamd.vproxy.worker.testing.Eventually;
import clamd.vproxy.worker.testing.FakeClamd;
import clamd.vproxy.worker.testing.SocketRig;
import clamd.vproxy.worker.testing.SocketRig.Served;
import clamd.vproxy.worker.testing.TestLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sessions with two clamds over real sockets, of which one or both are away. */
@Timeout(30)
class SeveralClamdsTest {
    private static final String END = "\0\0\0\0";
    private static final Limits LIMITS = TestLimits.limits().build();
    private static final HealthTimes TIMES =
            new HealthTimes(
                    Duration.ofHours(1),
                    Duration.ofMillis(100),
                    Duration.ofHours(1),
                    Duration.ofHours(1));

    @TempDir Path folder;
    private final List<FakeClamd> running = new ArrayList<>();
    private SocketRig rig;
    private List<ClamdMonitor> monitors;

    @BeforeEach
    void prepare() throws IOException {
        Files.createDirectory(folder.resolve("one"));
        Files.createDirectory(folder.resolve("two"));
        rig = new SocketRig(folder, List.of(socket("one"), socket("two")), 3, TIMES);
        monitors = rig.clamds.monitors();
    }

    @AfterEach
    void stop() throws IOException {
        rig.close();
        assertThat(rig.uploads.held() + rig.requests.held() + rig.abandoned.count()).isZero();
        for (FakeClamd clamd : running) {
            clamd.close();
        }
    }

    private String socket(String name) {
        return folder.resolve(name).resolve("clamd.ctl").toString();
    }

    private FakeClamd start(String name) throws IOException {
        FakeClamd started = FakeClamd.onUnixSocket(folder.resolve(name));
        running.add(started);
        return started;
    }

    private void lookAtAll() {
        monitors.forEach(ClamdMonitor::check);
    }

    private Served stream(Limits limits) throws IOException {
        Served served = rig.serve(limits);
        served.guest().send("zINSTREAM\0").send(chunk("abc")).send(END);
        return served;
    }

    private static void assertClean(Served served) throws Exception {
        assertThat(served.guest().receiveAllAndClose()).isEqualTo("stream: OK\0");
        assertThat(served.result().verdict()).isEqualTo(Verdict.CLEAN);
    }

    @Test
    void aSessionGoesOnToTheNextClamdIfOneCannotBeConnectedTo() throws Exception {
        FakeClamd two = start("two");

        assertClean(stream(LIMITS));
        Served ping = rig.serve(LIMITS);
        ping.guest().send("nPING\n");
        assertThat(ping.guest().receiveAllAndClose()).isEqualTo("PONG\n");
        assertThat(two.nextConversation()).isEqualTo("zINSTREAM\0\0\0\0\3abc" + END);
    }

    @Test
    void aStreamThatLosesItsClamdEndsAndTheNextOneUsesTheOther() throws Exception {
        FakeClamd one = start("one");
        start("two");
        one.is(conversation -> conversation.readExactly(10 + 7));
        Served lost = rig.serve(LIMITS);
        lost.guest().send("zINSTREAM\0").send(chunk("abc"));
        one.nextConversation();
        one.close();
        lost.guest().send(chunk("def")).send(END);
        assertThat(lost.guest().receiveAllAndClose())
                .isEqualTo("Scanner closed the connection. ERROR\0");
        assertThat(lost.result().termination()).isEqualTo(Termination.CLAMD_CLOSED);

        assertClean(stream(LIMITS));
        assertClean(stream(LIMITS));
    }

    @Test
    void streamsWaitWhileNoClamdIsUpAndGoOnWhenOneComes() throws Exception {
        lookAtAll();
        List<Served> waiting = List.of(stream(LIMITS), stream(LIMITS), stream(LIMITS));
        Eventually.holds("they wait", () -> rig.uploads.waiting() == 3);
        assertThat(rig.uploads.held()).isZero();
        start("two");
        lookAtAll();
        for (Served served : waiting) {
            assertClean(served);
            assertThat(served.result().permitWait()).isPositive();
        }
    }

    @Test
    void aStreamThatFindsNoClamdIsRefusedAfterItsQueueTimeout() throws Exception {
        lookAtAll();
        Duration queueTimeout = Duration.ofMillis(50);
        Served served = stream(TestLimits.limits().queueTimeout(queueTimeout).build());

        assertThat(served.guest().receiveAllAndClose()).isEqualTo("Scanner not available. ERROR\0");
        SessionResult result = served.result();
        assertThat(result.termination()).isEqualTo(Termination.CLAMD_UNREACHABLE);
        assertThat(result.permitWait()).isGreaterThanOrEqualTo(queueTimeout);
        assertThat(result.detail().orElseThrow())
                .contains("clamd at " + socket("one") + " is down: No such file or directory");
    }

    @Test
    void aStopEndsTheWaitForAClamd() throws Exception {
        lookAtAll();
        Served served = rig.serve(LIMITS);
        served.guest().send("zINSTREAM\0").send(chunk("abc"));
        Eventually.holds("it waits", () -> rig.uploads.waiting() == 1);
        served.session().stop(Termination.SHUTDOWN);

        assertThat(served.guest().receiveAllAndClose()).isEqualTo("Service is stopping. ERROR\0");
        assertThat(served.result().termination()).isEqualTo(Termination.SHUTDOWN);
    }

    @Test
    void pingAndVersionDoNotWaitForAClamd() throws Exception {
        lookAtAll();
        for (String request : List.of("zPING\0", "zVERSION\0")) {
            Served served = rig.serve(LIMITS);
            served.guest().send(request);
            assertThat(served.guest().receiveAllAndClose())
                    .isEqualTo("Scanner not available. ERROR\0");
            assertThat(served.result().termination()).isEqualTo(Termination.CLAMD_UNREACHABLE);
            assertThat(served.result().permitWait()).isLessThan(Duration.ofSeconds(1));
        }
    }

    @Test
    void aClamdThatIsSilentIsLeftOutAndStreamsGoToTheOther() throws Exception {
        FakeClamd one = start("one").is(FakeClamd::silent);
        start("two");
        lookAtAll();
        assertThat(rig.clamds.status().getFirst().up()).isFalse();
        for (int i = 0; i < 5; i++) {
            assertClean(stream(LIMITS));
        }
        assertThat(one.nextConversation()).isEqualTo("zPING\0");
        assertThat(one.hasNoConversation()).isTrue();
    }

    /** Whatever a guest has clamd do with its stream, clamd stays in use for others. */
    @Test
    void noGuestCanTakeAClamdOutOfUse() throws Exception {
        FakeClamd one = start("one");
        FakeClamd two = start("two");
        lookAtAll();
        List<FakeClamd.Behaviour> behaviours =
                List.of(
                        FakeClamd.answering(),
                        FakeClamd.answering("stream: O"),
                        FakeClamd.answering("INSTREAM size limit exceeded. ERROR\0"),
                        FakeClamd.interrupting(12, ""),
                        FakeClamd::silent);
        Limits impatient = TestLimits.limits().streamTimeout(Duration.ofMillis(50)).build();
        for (FakeClamd.Behaviour behaviour : behaviours) {
            one.is(behaviour);
            two.is(behaviour);
            for (int i = 0; i < 3; i++) {
                Served served = stream(impatient);
                assertThat(served.guest().receiveAllAndClose()).endsWith(" ERROR\0");
                assertThat(served.result().verdict()).isEqualTo(Verdict.ERROR);
            }
        }
        assertThat(rig.clamds.status()).allMatch(status -> status.up());
        one.is(FakeClamd::honest);
        two.is(FakeClamd::honest);
        rig.abandoned.close();
        assertClean(stream(LIMITS));
    }
}
