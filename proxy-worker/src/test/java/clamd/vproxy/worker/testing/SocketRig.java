package clamd.vproxy.worker.testing;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.worker.clamd.BackendSlots;
import clamd.vproxy.worker.clamd.Clamd;
import clamd.vproxy.worker.clamd.ClamdTimes;
import clamd.vproxy.worker.clamd.SocketEndpoint;
import clamd.vproxy.worker.fair.ScanSlots;
import clamd.vproxy.worker.session.AbandonedScans;
import clamd.vproxy.worker.session.BufferPool;
import clamd.vproxy.worker.session.Session;
import clamd.vproxy.worker.session.SessionContext;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Watchdog;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Sessions over real sockets in real time, each on a thread of its own. */
public final class SocketRig implements AutoCloseable {
    public final Watchdog watchdog = new Watchdog(System::nanoTime);
    public final BackendSlots uploads = new BackendSlots(4, System::nanoTime);
    public final BackendSlots requests = new BackendSlots(4, System::nanoTime);
    public final ScanSlots scans;
    public final AbandonedScans abandoned = new AbandonedScans(watchdog);
    public final SessionContext context;
    private final Path folder;

    public SocketRig(Path folder, String clamd) {
        this(folder, clamd, 3);
    }

    public SocketRig(Path folder, String clamd, int slots) {
        this.folder = folder;
        this.scans = new ScanSlots(slots, System::nanoTime);
        this.context =
                new SessionContext(
                        new Clamd(
                                SocketEndpoint.parse(clamd, System::nanoTime),
                                uploads,
                                requests,
                                scans,
                                ClamdTimes.standard()),
                        new BufferPool(1 << 16, 4),
                        watchdog,
                        abandoned,
                        System::nanoTime,
                        Long.MAX_VALUE);
        Thread.ofPlatform().daemon().name("test-watchdog").start(watchdog);
    }

    /** A guest with a session that serves it. */
    public Served serve(Limits limits) {
        return serve("guest", limits);
    }

    /** A guest of this name with a session that serves it. */
    public Served serve(String name, Limits limits) {
        TestGuest guest = TestGuest.connect(folder);
        Session session = new Session(1, guest.ours(), name, limits, context, System.nanoTime());
        FutureTask<SessionResult> task =
                new FutureTask<>(
                        () -> session.run(ByteBuffer.allocateDirect(Session.SCRATCH_BYTES)));
        Thread.ofPlatform().daemon().name("test-session").start(task);
        return new Served(guest, session, task);
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
