package clamd.vproxy.supervisor.connections.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.PolicySet;
import clamd.vproxy.supervisor.guests.FanOut;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.guests.GuestRegistry;
import clamd.vproxy.supervisor.guests.RegistryWriter;
import clamd.vproxy.supervisor.guests.usage.UsageBook;
import clamd.vproxy.supervisor.testing.Connections;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.LogTap;
import clamd.vproxy.supervisor.testing.LogTap.Line;
import clamd.vproxy.supervisor.testing.StandInClamd;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.supervisor.testing.TestGuest;
import clamd.vproxy.worker.Admission;
import clamd.vproxy.worker.HostConnections;
import clamd.vproxy.worker.clamd.Clamd;
import clamd.vproxy.worker.clamd.ClamdTimes;
import clamd.vproxy.worker.clamd.Clamds;
import clamd.vproxy.worker.clamd.HealthTimes;
import clamd.vproxy.worker.clamd.SocketEndpoint;
import clamd.vproxy.worker.fair.ScanSlots;
import clamd.vproxy.worker.session.AbandonedScans;
import clamd.vproxy.worker.session.BufferPool;
import clamd.vproxy.worker.session.SessionContext;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Verdict;
import clamd.vproxy.worker.session.Watchdog;
import clamd.vproxy.worker.spool.Spool;
import clamd.vproxy.worker.testing.Eventually;
import clamd.vproxy.worker.testing.ManualClock;
import java.io.IOException;
import java.net.SocketException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which guest a connection is served as, with fakes of libvirt's lookup and of vsock. */
@Timeout(60)
class DispatcherTest {
    private static final Guest A = new TestGuest("a", 3).inRun(1);

    private final ManualClock clock = new ManualClock();
    private final FanOut listeners = new FanOut();
    private final RegistryWriter writer = new RegistryWriter(new GuestRegistry(listeners));
    private final List<Dispatcher> dispatchers = new ArrayList<>();
    private final List<Long> lookedUp = new CopyOnWriteArrayList<>();
    private final Heard heard = new Heard();
    private TemporaryFolder folder;
    private StandInClamd clamd;
    private Connections connections;
    private LogTap sessions;

    @BeforeEach
    void makeConnections() throws Exception {
        folder = TemporaryFolder.create();
        clamd = StandInClamd.at(folder.path().resolve("c"));
        connections = new Connections(folder.path());
        sessions = LogTap.onSessions();
    }

    @AfterEach
    void closeConnections() throws Exception {
        for (Dispatcher dispatcher : dispatchers) {
            dispatcher.drain(Duration.ofSeconds(10));
        }
        writer.close();
        sessions.close();
        connections.close();
        clamd.close();
        folder.close();
    }

    private Dispatcher dispatcher(GuestFinder finder) {
        Watchdog watchdog = new Watchdog(clock);
        SessionContext context =
                new SessionContext(
                        new Clamds(
                                List.of(
                                        new Clamd(
                                                SocketEndpoint.parse(
                                                        clamd.socket().toString(), clock),
                                                4,
                                                4,
                                                new ScanSlots(2, clock),
                                                ClamdTimes.standard())),
                                HealthTimes.standard(),
                                clock,
                                Clock.systemUTC()),
                        new Spool(Long.MAX_VALUE, clock),
                        new BufferPool(65_536, 2),
                        watchdog,
                        new AbandonedScans(watchdog),
                        clock,
                        Long.MAX_VALUE);
        Dispatcher dispatcher =
                new Dispatcher(
                        writer.registry(),
                        (cid, limit) -> {
                            lookedUp.add(cid);
                            return finder.find(cid, limit);
                        },
                        PolicySet.withoutFile(Limits.standard()),
                        new UsageBook(Clock.systemUTC()),
                        context,
                        new HostConnections(2000),
                        new SessionObservers(List.of(new Failing(), heard)));
        listeners.add(dispatcher);
        dispatchers.add(dispatcher);
        return dispatcher;
    }

    /** Keeps what it hears. */
    private static final class Heard implements SessionObserver {
        final List<EndedSession> guests = new CopyOnWriteArrayList<>();
        final List<Long> unknown = new CopyOnWriteArrayList<>();

        @Override
        public void ended(EndedSession session) {
            guests.add(session);
        }

        @Override
        public void endedOfNoGuest(long cid, SessionResult result) {
            unknown.add(cid);
        }
    }

    private static final class Failing implements SessionObserver {
        @Override
        public void ended(EndedSession session) {
            throw new IllegalStateException("on purpose");
        }

        @Override
        public void endedOfNoGuest(long cid, SessionResult result) {
            throw new IllegalStateException("on purpose");
        }
    }

    private static GuestFinder nobody() {
        return (_, _) -> Optional.empty();
    }

    private void change(Consumer<GuestRegistry> step) throws Exception {
        writer.submit(step).get(30, TimeUnit.SECONDS);
    }

    private GuestClient dispatched(Dispatcher dispatcher, long cid, String request)
            throws IOException {
        Connections.Pair pair = connections.make();
        pair.guest().says(request);
        dispatcher.dispatch(cid, pair.accepted());
        return pair.guest();
    }

    private void assertRefusedAsUnknown(GuestClient client) throws IOException {
        assertThat(client.hears()).isEqualTo("Guest not known. ERROR\0");
        client.leaves();
    }

    private void assertServed(GuestClient client) throws IOException {
        try (StandInClamd.Connection connection = clamd.accept()) {
            assertThat(connection.reads(6)).isEqualTo("zPING\0");
            connection.answers("PONG\0");
        }
        assertThat(client.hears()).isEqualTo("PONG\0");
        client.leaves();
    }

    /** Refusals of an earlier test may still come in between. */
    private Line answeredPing() throws InterruptedException {
        return sessions.find(line -> line.value("verdict").equals("answered"));
    }

    @Test
    void aKnownCidIsServedWithoutALookUp() throws Exception {
        Dispatcher dispatcher = dispatcher(nobody());
        change(registry -> registry.upsert(A, 0));
        assertServed(dispatched(dispatcher, 3, "zPING\0"));
        assertThat(answeredPing().value("domain")).isEqualTo("a");
        assertThat(lookedUp).isEmpty();
    }

    @Test
    void anObserverHearsOfEachSessionEvenIfAnotherFails() throws Exception {
        Dispatcher dispatcher = dispatcher(nobody());
        change(registry -> registry.upsert(A, 0));
        assertServed(dispatched(dispatcher, 3, "zPING\0"));
        Eventually.holds("one heard of", () -> heard.guests.size() == 1);
        EndedSession session = heard.guests.getFirst();
        assertThat(session.guest().name()).isEqualTo("a");
        assertThat(session.result().verdict()).isEqualTo(Verdict.ANSWERED);
        assertRefusedAsUnknown(dispatched(dispatcher, 9, "zPING\0"));
        assertRefusedAsUnknown(dispatched(dispatcher, 9, "zPING\0"));
        Eventually.holds("both heard of", () -> heard.unknown.equals(List.of(9L, 9L)));
    }

    @Test
    void aGuestWithoutLibvirtIsListedByItsCidAndHasNoUuidOfItsOwn() throws Exception {
        Dispatcher dispatcher = dispatcher(new CidGuests(writer));
        assertServed(dispatched(dispatcher, 7, "zPING\0"));
        answeredPing();
        assertThat(dispatcher.guests())
                .singleElement()
                .satisfies(served -> {
                    assertThat(served.label()).isEqualTo("cid-7");
                    assertThat(served.identity().uuid()).isEmpty();
                    assertThat(served.today().isNone()).isTrue();
                    assertThat(served.bytesLeft()).isEmpty();
                });
    }

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
    void theNewOwnerOfACidIsNotServedAsItsOldOwner() throws Exception {
        Guest b = new TestGuest("b", 3).inRun(2);
        Dispatcher dispatcher = dispatcher(nobody());
        change(registry -> registry.upsert(A, 0));
        GuestClient old = dispatched(dispatcher, 3, "zINSTREAM\0").chunk(new byte[1]);
        try (StandInClamd.Connection connection = clamd.accept()) {
            assertThat(connection.reads(15)).hasSize(15);
            change(registry -> registry.upsert(b, 0));
            assertThat(connection.readsToTheEnd()).isEmpty();
        }
        old.leaves();
        Line line = sessions.find(each -> each.value("command").equals("INSTREAM"));
        assertThat(line.value("domain")).isEqualTo("a");
        assertThat(line.value("termination")).isEqualTo("guest-stopped");

        assertServed(dispatched(dispatcher, 3, "zPING\0"));
        assertThat(answeredPing().value("domain")).isEqualTo("b");
    }

    @Test
    void anAcceptedConnectionOfAGuestThatStoppedMeanwhileIsRefused() throws Exception {
        Dispatcher dispatcher = dispatcher(nobody());
        change(registry -> registry.upsert(A, 0));
        change(registry -> registry.remove(A.source(), A.uuid(), 0));
        Connections.Pair pair = connections.make();
        pair.guest().says("zPING\0");
        dispatcher.dispatch(A, pair.accepted());
        assertThat(pair.guest().hears()).isEqualTo("Guest stopped. ERROR\0");
        pair.guest().leaves();
    }

    @Test
    void aStopThatRacesWithConnectionsEndsThemAll() throws Exception {
        Dispatcher dispatcher = dispatcher(nobody());
        for (int run = 0; run < 300; run++) {
            Guest guest = new TestGuest("racing", 3).inRun(run);
            change(registry -> registry.upsert(guest, 0));
            Connections.Pair before = connections.make();
            Connections.Pair during = connections.make();
            before.guest().says("z").halfCloses();
            during.guest().says("z").halfCloses();
            dispatcher.dispatch(guest, before.accepted());
            CompletableFuture<Void> stop =
                    writer.submit(registry -> registry.remove(guest.source(), guest.uuid(), 0));
            dispatcher.dispatch(guest, during.accepted());
            stop.get(30, TimeUnit.SECONDS);
            awaitEnd(before.guest());
            awaitEnd(during.guest());
        }
        assertThat(sessions.lines().stream().map(line -> line.value("termination")).distinct())
                .doesNotContain("internal-error");
        Eventually.holds(
                "no thread of the guest is left",
                () ->
                        Thread.getAllStackTraces().keySet().stream()
                                .noneMatch(thread -> thread.getName().startsWith("racing#")));
    }

    private static void awaitEnd(GuestClient client) throws IOException {
        try {
            assertThat(client.hears()).matches("|(Command not complete|Guest stopped)\\. ERROR\0");
        } catch (SocketException _) {
            // a guest that is gone does not need a farewell
        }
        client.leaves();
    }

    @Test
    void afterADrainAllGuestsAreRefused() throws Exception {
        Dispatcher dispatcher = dispatcher(nobody());
        change(registry -> registry.upsert(A, 0));
        dispatcher.drain(Duration.ofSeconds(1));
        GuestClient client = dispatched(dispatcher, 3, "zPING\0");
        assertThat(client.hears()).isEqualTo("Service is stopping. ERROR\0");
        client.leaves();
    }

    @Test
    void withoutLibvirtEveryCidIsAGuest() throws Exception {
        Dispatcher dispatcher = dispatcher(new CidGuests(writer));
        assertServed(dispatched(dispatcher, 7, "zPING\0"));
        assertThat(answeredPing().value("domain")).isEqualTo("cid-7");
        assertServed(dispatched(dispatcher, 7, "zPING\0"));
        assertThat(lookedUp).containsExactly(7L);
        assertRefusedAsUnknown(dispatched(dispatcher, 2, "zPING\0"));
        assertRefusedAsUnknown(dispatched(dispatcher, 0xFFFF_FFFFL, "zPING\0"));
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

    @Test
    void whatAnAdministratorWantsEndsWithTheRunOfTheGuest() throws Exception {
        Dispatcher dispatcher = dispatcher(nobody());
        change(registry -> registry.upsert(A, 0));
        dispatcher.admit(A, Admission.DRAINING);
        assertThat(dispatcher.running(A).admission()).isEqualTo(Admission.DRAINING);
        Guest next = new TestGuest("a", 3).inRun(2);
        change(registry -> registry.upsert(next, 1));
        assertThat(dispatcher.running(next).admission()).isEqualTo(Admission.OPEN);
        assertServed(dispatched(dispatcher, 3, "zPING\0"));

        // nor does it hold for a run that is over when it is said
        dispatcher.admit(A, Admission.DRAINING);
        change(registry -> registry.upsert(A, 2));
        assertThat(dispatcher.running(A).admission()).isEqualTo(Admission.OPEN);
    }

    @Test
    void aGuestThatStartsDuringADrainOfAllIsDrainedUntilAllAreResumed() throws Exception {
        Dispatcher dispatcher = dispatcher(nobody());
        dispatcher.admitAll(Admission.DRAINING);
        change(registry -> registry.upsert(A, 0));
        GuestClient refused = dispatched(dispatcher, 3, "zPING\0");
        assertThat(refused.hears()).isEqualTo("Service closed for maintenance. ERROR\0");
        refused.leaves();
        dispatcher.admitAll(Admission.OPEN);
        assertServed(dispatched(dispatcher, 3, "zPING\0"));
    }

    /** In whatever order they arrive, the running guest ends as its last change says. */
    @Test
    void concurrentPausesReloadsAndRestartsLeaveAGuestInItsLastState() throws Exception {
        Dispatcher dispatcher = dispatcher(nobody());
        change(registry -> registry.upsert(A, 0));
        PolicySet policies = PolicySet.withoutFile(Limits.standard());
        List<Thread> threads = new ArrayList<>();
        threads.add(
                Thread.ofPlatform()
                        .start(() -> {
                            for (int i = 0; i < 300; i++) {
                                Admission[] all = Admission.values();
                                dispatcher.admit(
                                        new TestGuest("a", 3).inRun(1 + i % 5),
                                        all[i % all.length]);
                                dispatcher.admitAll(all[i / 7 % all.length]);
                            }
                            dispatcher.admitAll(Admission.OPEN);
                        }));
        threads.add(
                Thread.ofPlatform()
                        .start(() -> {
                            for (int i = 0; i < 300; i++) {
                                dispatcher.replacePolicies(policies);
                            }
                        }));
        for (int i = 1; i <= 100; i++) {
            Guest run = new TestGuest("a", 3).inRun(1 + i % 5);
            long asOf = i;
            change(registry -> registry.upsert(run, asOf));
            Connections.Pair pair = connections.make();
            dispatcher.dispatch(3, pair.accepted());
            pair.guest().leaves();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        Guest last = new TestGuest("a", 3).inRun(1);
        dispatcher.admit(last, Admission.DRAINING);
        GuestClient refused = dispatched(dispatcher, 3, "zPING\0");
        assertThat(refused.hears()).isEqualTo("Service closed for maintenance. ERROR\0");
        refused.leaves();
        dispatcher.admit(last, Admission.OPEN);
        assertServed(dispatched(dispatcher, 3, "zPING\0"));
        Guest fresh = new TestGuest("a", 3).inRun(7);
        change(registry -> registry.upsert(fresh, 1000));
        assertThat(dispatcher.running(fresh).admission()).isEqualTo(Admission.OPEN);
    }
}
