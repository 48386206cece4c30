package clamd.vproxy.worker.clamd;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.fair.ScanSlots;
import clamd.vproxy.worker.session.Watchdog;
import clamd.vproxy.worker.shares.Owner;
import clamd.vproxy.worker.shares.Weight;
import clamd.vproxy.worker.testing.Eventually;
import clamd.vproxy.worker.testing.FakeClamd;
import clamd.vproxy.worker.testing.ManualClock;
import clamd.vproxy.worker.testing.ScriptedSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one look at a clamd makes of what it does, in manual time; and the watch over sockets. */
@Timeout(30)
class ClamdMonitorTest {
    private static final HealthTimes TIMES = HealthTimes.standard();

    private final ManualClock clock = new ManualClock();
    private final ScriptedSocket socket = new ScriptedSocket(clock, new Watchdog(clock));
    private ClamdEndpoint endpoint = _ -> socket;
    private final Clamds clamds = clamds(limit -> endpoint.connect(limit), TIMES, clock);
    private final ClamdMonitor monitor = clamds.monitors().getFirst();

    private static Clamds clamds(ClamdEndpoint endpoint, HealthTimes times, LongSupplier clock) {
        Clamd clamd = new Clamd(endpoint, 1, 1, new ScanSlots(1, clock), ClamdTimes.standard());
        return new Clamds(List.of(clamd), times, clock, Clock.systemUTC());
    }

    private ClamdStatus status() {
        return clamds.status().getFirst();
    }

    @Test
    void aPongIsAnAnswer() {
        socket.sends("PONG\0");
        monitor.check();

        assertThat(socket.received()).isEqualTo("zPING\0");
        assertThat(socket.isClosed()).isTrue();
        assertThat(status().up()).isTrue();
        assertThat(status().lastError()).isEmpty();
    }

    @Test
    void aPongInPiecesIsOne() {
        socket.sends("PO").pauses(Duration.ofSeconds(1)).sends("NG").sends("\0");
        monitor.check();
        assertThat(status().up()).isTrue();
    }

    @Test
    void silenceForTheAnswerLimitIsNone() {
        long before = clock.getAsLong();
        monitor.check();

        assertThat(Duration.ofNanos(clock.getAsLong() - before)).isEqualTo(TIMES.answerLimit());
        assertThat(status().up()).isFalse();
        assertThat(status().lastError().orElseThrow()).contains("has not answered a PING");
        assertThat(socket.isClosed()).isTrue();
    }

    /** Answers PING, then the test file with each of these, in turn. */
    private ClamdMonitor tested(Clamds all, String... verdicts) {
        Deque<String> answers = new ArrayDeque<>();
        for (String verdict : verdicts) {
            answers.add("PONG\0");
            answers.add(verdict);
        }
        endpoint =
                _ -> {
                    ScriptedSocket next = new ScriptedSocket(clock, new Watchdog(clock));
                    String answer = answers.remove();
                    return answer.isEmpty() ? next.ends() : next.sends(answer);
                };
        return all.monitors().getFirst();
    }

    private Clamds withSelfTest() {
        return clamds(
                limit -> endpoint.connect(limit),
                TIMES.withSelfTest(Optional.of(Duration.ofSeconds(60))),
                clock);
    }

    @ParameterizedTest
    @ValueSource(strings = {"stream: OK\0", "PONG\0", "hello\0"})
    void aClamdThatDoesNotFindTheTestFileIsDownUntilItDoes(String verdict) {
        Clamds all = withSelfTest();
        ClamdMonitor asks =
                tested(all, "stream: Eicar FOUND\0", verdict, verdict, "stream: Eicar FOUND\0");
        asks.check();
        assertThat(all.status().getFirst().up()).isTrue();
        clock.advance(Duration.ofSeconds(60));
        asks.check();
        assertThat(all.status().getFirst().up()).isFalse();
        assertThat(all.status().getFirst().lastError().orElseThrow())
                .contains("does not find the EICAR test file");
        asks.check();
        assertThat(all.status().getFirst().up()).isFalse();
        asks.check();
        assertThat(all.status().getFirst().up()).isTrue();
    }

    /** Guests can fill clamd's threads and its disk; that must not take it from everybody. */
    @ParameterizedTest
    @ValueSource(strings = {"", "stream: Can't write to file ERROR\0"})
    void aTestFileThatWasNotScannedSaysNothingOfAClamdInUse(String verdict) {
        Clamds all = withSelfTest();
        tested(all, verdict).check();
        assertThat(all.status().getFirst().up()).isTrue();
    }

    @Test
    void halfAPongIsSilence() {
        socket.sends("PON").pauses(TIMES.answerLimit().plusMillis(1)).sends("G\0");
        monitor.check();
        assertThat(status().up()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "PONG", "PONG\n", "\0", "PONG\0PONG\0", "UNKNOWN COMMAND\0"})
    void anythingElseIsNoAnswer(String reply) {
        if (!reply.isEmpty()) {
            socket.sends(reply);
        }
        socket.ends();
        monitor.check();

        assertThat(status().up()).isFalse();
        assertThat(status().lastError().orElseThrow()).contains("something else");
    }

    @Test
    void aClamdThatSendsWithoutEndIsNoAnswer() {
        socket.sends("x".repeat(100_000));
        monitor.check();
        assertThat(status().up()).isFalse();
    }

    @Test
    void aLostConnectionIsNoAnswer() {
        socket.resets();
        monitor.check();
        assertThat(status().lastError()).contains("the connection was lost: Connection reset");
    }

    @Test
    void aRefusalAndAFullBacklogAreNone() {
        endpoint =
                _ -> {
                    throw ClamdUnreachableException.refused(
                            "test", new IOException("Connection refused"));
                };
        monitor.check();
        assertThat(status().lastError()).contains("Connection refused");

        endpoint =
                _ -> {
                    throw ClamdUnreachableException.busy("test", new IOException("busy"));
                };
        monitor.check();
        assertThat(status().lastError()).contains("busy");
        assertThat(status().up()).isFalse();
    }

    /** Guests can take all descriptors; that must not take clamd from everybody. */
    @Test
    void aFailureOfOursSaysNothingOfClamd() {
        endpoint =
                _ -> {
                    throw new IOException("Too many open files");
                };
        monitor.check();
        endpoint =
                _ -> {
                    throw new IllegalStateException("a defect");
                };
        monitor.check();
        endpoint =
                _ -> {
                    throw new OutOfMemoryError("Cannot reserve direct buffer memory");
                };
        monitor.check();

        assertThat(status().up()).isTrue();
        assertThat(status().lastError()).isEmpty();
    }

    @Test
    void theWatchSeesAClamdGoAndComeBack(@TempDir Path folder) throws Exception {
        HealthTimes quick =
                new HealthTimes(
                        Duration.ofMillis(5),
                        Duration.ofMillis(200),
                        Duration.ofMillis(5),
                        Duration.ofMillis(10));
        FakeClamd first = FakeClamd.onUnixSocket(folder);
        Clamds watched =
                clamds(
                        SocketEndpoint.parse(first.endpoint(), System::nanoTime),
                        quick,
                        System::nanoTime);
        ClamdMonitor watch = watched.monitors().getFirst();
        Thread.ofPlatform().daemon().name("test-watch").start(watch);
        try (first) {
            assertThat(first.nextConversation()).isEqualTo("zPING\0");
            first.is(FakeClamd::silent);
            Eventually.holds("silence is seen", () -> !watched.status().getFirst().up());
            first.is(FakeClamd::honest);
            Eventually.holds("the answer is seen", () -> watched.status().getFirst().up());
        }
        Eventually.holds("the end is seen", () -> !watched.status().getFirst().up());

        Files.delete(Path.of(first.endpoint()));
        try (FakeClamd _ = FakeClamd.onUnixSocket(folder)) {
            Eventually.holds("the return is seen", () -> watched.status().getFirst().up());
        }
        watch.close();
        Eventually.noThreadIsLeft("test-watch");
    }

    @Test
    void aRequestThatFindsNoClamdUpHasItAskedAndUsesOneThatIsBack(@TempDir Path folder)
            throws Exception {
        HealthTimes slow =
                new HealthTimes(
                        Duration.ofHours(1),
                        Duration.ofSeconds(5),
                        Duration.ofHours(1),
                        Duration.ofHours(1));
        Path socket;
        try (FakeClamd first = FakeClamd.onUnixSocket(folder)) {
            socket = Path.of(first.endpoint());
        }
        Files.deleteIfExists(socket);
        Clamds watched =
                clamds(
                        SocketEndpoint.parse(socket.toString(), System::nanoTime),
                        slow,
                        System::nanoTime);
        ClamdMonitor watch = watched.monitors().getFirst();
        watch.check();
        assertThat(watched.status().getFirst().up()).isFalse();
        Thread.ofPlatform().daemon().name("test-watch").start(watch);
        try (FakeClamd _ = FakeClamd.onUnixSocket(folder)) {
            Eventually.holds(
                    "a request gets a permit",
                    () ->
                            watched.requests()
                                    .request(Owner.ofItself("a"), Weight.of(1))
                                    .await(System.nanoTime() + 5_000_000_000L)
                                    .isPresent());
        }
        watch.close();
        Eventually.noThreadIsLeft("test-watch");
    }

    @Test
    void aStopEndsTheWaitForAnAnswer(@TempDir Path folder) throws Exception {
        HealthTimes patient =
                new HealthTimes(
                        Duration.ofHours(1),
                        Duration.ofHours(1),
                        Duration.ZERO,
                        Duration.ofHours(1));
        AtomicInteger asked = new AtomicInteger();
        FakeClamd.Behaviour silence =
                conversation -> {
                    asked.incrementAndGet();
                    conversation.readToEnd();
                };
        try (FakeClamd silent = FakeClamd.onUnixSocket(folder).is(silence)) {
            SocketEndpoint there = SocketEndpoint.parse(silent.endpoint(), System::nanoTime);
            ClamdMonitor watch = clamds(there, patient, System::nanoTime).monitors().getFirst();
            Thread.ofPlatform().daemon().name("test-watch").start(watch);
            Eventually.holds("it is asked", () -> asked.get() == 1);
            watch.close();
            Eventually.noThreadIsLeft("test-watch");
            assertThat(silent.nextConversation()).isEqualTo("zPING\0");
        }
    }
}
