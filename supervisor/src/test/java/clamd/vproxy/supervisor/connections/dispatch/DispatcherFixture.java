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
import clamd.vproxy.worker.session.Watchdog;
import clamd.vproxy.worker.spool.Spool;
import clamd.vproxy.worker.testing.ManualClock;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What the tests of {@link Dispatcher} share. */
abstract class DispatcherFixture {
    static final Guest A = new TestGuest("a", 3).inRun(1);
    final ManualClock clock = new ManualClock();
    final FanOut listeners = new FanOut();
    final RegistryWriter writer = new RegistryWriter(new GuestRegistry(listeners));
    final List<Dispatcher> dispatchers = new ArrayList<>();
    final List<Long> lookedUp = new CopyOnWriteArrayList<>();
    final Heard heard = new Heard();
    TemporaryFolder folder;
    StandInClamd clamd;
    Connections connections;
    LogTap sessions;

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

    Dispatcher dispatcher(GuestFinder finder) {
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
    static final class Heard implements SessionObserver {
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

    static final class Failing implements SessionObserver {
        @Override
        public void ended(EndedSession session) {
            throw new IllegalStateException("on purpose");
        }

        @Override
        public void endedOfNoGuest(long cid, SessionResult result) {
            throw new IllegalStateException("on purpose");
        }
    }

    static GuestFinder nobody() {
        return (_, _) -> Optional.empty();
    }

    void change(Consumer<GuestRegistry> step) throws Exception {
        writer.submit(step).get(30, TimeUnit.SECONDS);
    }

    GuestClient dispatched(Dispatcher dispatcher, long cid, String request) throws IOException {
        Connections.Pair pair = connections.make();
        pair.guest().says(request);
        dispatcher.dispatch(cid, pair.accepted());
        return pair.guest();
    }

    void assertRefusedAsUnknown(GuestClient client) throws IOException {
        assertThat(client.hears()).isEqualTo("Guest not known. ERROR\0");
        client.leaves();
    }

    void assertServed(GuestClient client) throws IOException {
        try (StandInClamd.Connection connection = clamd.accept()) {
            assertThat(connection.reads(6)).isEqualTo("zPING\0");
            connection.answers("PONG\0");
        }
        assertThat(client.hears()).isEqualTo("PONG\0");
        client.leaves();
    }

    /** Refusals of an earlier test may still come in between. */
    Line answeredPing() throws InterruptedException {
        return sessions.find(line -> line.value("verdict").equals("answered"));
    }
}
