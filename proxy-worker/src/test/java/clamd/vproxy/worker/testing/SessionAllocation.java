package clamd.vproxy.worker.testing;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.worker.session.Session;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Verdict;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * How many bytes of the heap a session's thread allocates, on real sockets. Confined to the calling
 * thread, which serves the sessions.
 */
public final class SessionAllocation implements AutoCloseable {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int CHUNK_BYTES = 1 << 20;

    private final Path folder;
    private final FakeClamd clamd;
    private final SocketRig rig;
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(Session.SCRATCH_BYTES);
    private long sessions;

    public SessionAllocation(Path folder) throws IOException {
        this.folder = folder;
        this.clamd = FakeClamd.onUnixSocket(folder).is(FakeClamd::forgetful);
        this.rig = new SocketRig(folder, clamd.endpoint());
    }

    /** What a session with a PING allocates, in bytes. */
    public long ofPing() throws Exception {
        return of(guest -> guest.send("zPING\0"), Verdict.ANSWERED);
    }

    /** What a session with a stream of so many chunks of 1 MiB allocates, in bytes. */
    public long ofStream(int chunks) throws Exception {
        byte[] chunk = ByteBuffer.allocate(4 + CHUNK_BYTES).putInt(CHUNK_BYTES).array();
        return of(
                guest -> {
                    guest.send("zINSTREAM\0");
                    for (int i = 0; i < chunks; i++) {
                        guest.send(chunk);
                    }
                    guest.send(new byte[4]);
                },
                Verdict.CLEAN);
    }

    private interface Talk {
        void say(TestGuest guest) throws IOException;
    }

    private long of(Talk talk, Verdict expected) throws Exception {
        try (TestGuest guest = TestGuest.connect(folder)) {
            sessions++;
            Session session = rig.session(sessions, guest, "guest", Limits.standard());
            UnboundService service = rig.service("guest", Limits.standard());
            FutureTask<String> talking =
                    new FutureTask<>(() -> {
                        talk.say(guest);
                        return guest.receiveAllAndClose();
                    });
            Thread.ofPlatform().daemon().name("test-guest").start(talking);
            long before = THREADS.getCurrentThreadAllocatedBytes();
            SessionResult result = session.run(service, scratch);
            long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
            if (result.verdict() != expected) {
                throw new AssertionError(result + " after " + outcome(talking));
            }
            return allocated;
        }
    }

    private static String outcome(FutureTask<String> talking) throws InterruptedException {
        try {
            return talking.get();
        } catch (ExecutionException e) {
            return e.toString();
        }
    }

    @Override
    public void close() throws IOException {
        rig.close();
        clamd.close();
    }
}
