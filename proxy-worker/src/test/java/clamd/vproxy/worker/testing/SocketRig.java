package clamd.vproxy.worker.testing;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.worker.clamd.BackendSlots;
import clamd.vproxy.worker.clamd.Clamd;
import clamd.vproxy.worker.clamd.ClamdTimes;
import clamd.vproxy.worker.clamd.Clamds;
import clamd.vproxy.worker.clamd.HealthTimes;
import clamd.vproxy.worker.clamd.SocketEndpoint;
import clamd.vproxy.worker.fair.ScanSlots;
import clamd.vproxy.worker.session.AbandonedScans;
import clamd.vproxy.worker.session.Arrival;
import clamd.vproxy.worker.session.BufferPool;
import clamd.vproxy.worker.session.GuestShare;
import clamd.vproxy.worker.session.Session;
import clamd.vproxy.worker.session.SessionContext;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Watchdog;
import clamd.vproxy.worker.spool.Spool;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Sessions over real sockets in real time, each on a thread of its own. */
public final class SocketRig implements AutoCloseable {
    public final Watchdog watchdog = new Watchdog(System::nanoTime);
    public final Clamds clamds;
    public final BackendSlots uploads;
    public final BackendSlots requests;
    public final ScanSlots scans;
    public final AbandonedScans abandoned = new AbandonedScans(watchdog);
    public final SessionContext context;
    private final Path folder;

    public SocketRig(Path folder, String clamd) {
        this(folder, clamd, 3);
    }

    public SocketRig(Path folder, String clamd, int slots) {
        this(folder, List.of(clamd), slots, HealthTimes.standard());
    }

    /** Several clamds; {@link #scans} are the first one's. */
    public SocketRig(Path folder, List<String> endpoints, int slots, HealthTimes times) {
        this.folder = folder;
        List<Clamd> all = endpoints.stream().map(endpoint -> clamd(endpoint, slots)).toList();
        this.scans = all.getFirst().scans();
        this.clamds = new Clamds(all, times, System::nanoTime, Clock.systemUTC());
        this.uploads = clamds.uploads();
        this.requests = clamds.requests();
        this.context =
                new SessionContext(
                        clamds,
                        new Spool(Long.MAX_VALUE, System::nanoTime),
                        new BufferPool(1 << 16, 4),
                        watchdog,
                        abandoned,
                        System::nanoTime,
                        Long.MAX_VALUE);
        Thread.ofPlatform().daemon().name("test-watchdog").start(watchdog);
    }

    private static Clamd clamd(String endpoint, int slots) {
        return new Clamd(
                SocketEndpoint.parse(endpoint, System::nanoTime),
                4,
                4,
                new ScanSlots(slots, System::nanoTime),
                ClamdTimes.standard());
    }

    /** A guest with a session that serves it. */
    public Served serve(Limits limits) {
        return serve("guest", limits);
    }

    /** A guest of this name with a session that serves it. */
    public Served serve(String name, Limits limits) {
        TestGuest guest = TestGuest.connect(folder);
        Session session = session(1, guest, name, limits);
        FutureTask<SessionResult> task =
                new FutureTask<>(() ->
                        session.run(
                                service(name, limits),
                                ByteBuffer.allocateDirect(Session.SCRATCH_BYTES)));
        Thread.ofPlatform().daemon().name("test-session").start(task);
        return new Served(guest, session, task);
    }

    /** What such a session needs of its worker. */
    public UnboundService service(String name, Limits limits) {
        return new UnboundService(
                TestLimits.policy(limits), GuestShare.ofOne(name, limits, context));
    }

    /** A session that no other shares anything with. */
    public Session session(long number, TestGuest guest, String name, Limits limits) {
        return new Session(
                new Arrival(number, guest.ours(), System.nanoTime(), 1, 1),
                GuestShare.ofOne(name, limits, context),
                limits,
                context);
    }

    /** A guest, its session, and the result that is to come. */
    public record Served(TestGuest guest, Session session, FutureTask<SessionResult> task) {
        public SessionResult result() throws InterruptedException {
            try {
                return task.get(10, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                throw new AssertionError("the session gave no result", e);
            }
        }
    }

    @Override
    public void close() {
        abandoned.close();
        watchdog.close();
    }
}
