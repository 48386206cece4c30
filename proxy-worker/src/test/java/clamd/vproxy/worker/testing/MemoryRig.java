package clamd.vproxy.worker.testing;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.Tenant;
import clamd.vproxy.worker.clamd.SignatureVersion;
import clamd.vproxy.worker.daily.DailyUsage;
import clamd.vproxy.worker.memory.SignatureWatch;
import clamd.vproxy.worker.memory.VerdictMemory;
import clamd.vproxy.worker.session.Arrival;
import clamd.vproxy.worker.session.GuestShare;
import clamd.vproxy.worker.session.Session;
import clamd.vproxy.worker.session.SessionContext;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.shares.TenantShare;
import clamd.vproxy.worker.testing.SocketRig.Served;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Sessions of guests of several tenants with a memory of verdicts, over real sockets. */
public final class MemoryRig implements AutoCloseable {
    private final Optional<FakeClamd> clamd;
    public final SocketRig sockets;
    public final SignatureWatch watch;
    public final VerdictMemory memory;
    public final AtomicInteger scans = new AtomicInteger();

    /** Connections to clamd that brought another command than VERSION. */
    public final AtomicInteger connections = new AtomicInteger();

    /** What clamd answers to VERSION. */
    public volatile String version = "ClamAV 1.4.6/27500/Sun Nov 22 04:30:45 2026";

    /** What a file must have in it for clamd to find it infected. */
    public volatile String signature = "EICAR";

    /** The data of the last stream that clamd received; each character is a byte. */
    public volatile String stream = "";

    /** Happens before clamd answers a scan. */
    public volatile Runnable whileScanning = () -> {};

    public final SessionContext context;
    private final Path folder;

    /** With a fake clamd. */
    public MemoryRig(Path folder) throws IOException {
        this.folder = folder;
        this.clamd = Optional.of(FakeClamd.onUnixSocket(folder).is(this::answer));
        this.sockets = new SocketRig(folder, clamd.get().endpoint());
        this.watch = watch(_ -> Optional.of(""));
        this.memory = new VerdictMemory(1000, watch, System::nanoTime);
        this.context = sockets.context.with(memory);
        start();
    }

    /** With a clamd that runs already, and what it has read. */
    public MemoryRig(
            Path folder, String endpoint, Function<SignatureVersion, Optional<Object>> loaded) {
        this.folder = folder;
        this.clamd = Optional.empty();
        this.sockets = new SocketRig(folder, endpoint);
        this.watch = watch(loaded);
        this.memory = new VerdictMemory(1000, watch, System::nanoTime);
        this.context = sockets.context.with(memory);
        start();
    }

    private SignatureWatch watch(Function<SignatureVersion, Optional<Object>> loaded) {
        return new SignatureWatch(sockets.clamds.versions(), loaded, System::nanoTime);
    }

    private void start() {
        watch.ask();
        Thread.ofPlatform().daemon().name("test-signatures").start(watch);
    }

    private void answer(FakeClamd.Conversation conversation) throws IOException {
        conversation.readExactly(2);
        // the watch's own questions may come at any time, so they are never counted
        if (!conversation.received().equals("zV")) {
            connections.incrementAndGet();
        }
        conversation.readRequest();
        String request = conversation.received();
        if (request.startsWith("zVERSION")) {
            conversation.write(version + "\0");
        } else if (request.startsWith("zPING")) {
            conversation.write("PONG\0");
        } else if (request.endsWith("\0\0\0\0")) {
            scans.incrementAndGet();
            stream = request;
            String found = signature;
            whileScanning.run();
            conversation.write(
                    request.contains(found) ? "stream: " + found + " FOUND\0" : "stream: OK\0");
        }
    }

    /** A guest of this tenant with a session that serves it. */
    public Served serve(String tenant, String guest, Limits limits) {
        TestGuest peer = TestGuest.connect(folder);
        DailyUsage usage = new DailyUsage(Clock.systemUTC());
        TenantShare together = context.tenantShare(new Tenant.Named(tenant), usage);
        GuestShare share =
                GuestShare.of(guest, TestLimits.policy(limits), usage, together, context);
        Session session =
                new Session(
                        new Arrival(1, peer.ours(), System.nanoTime(), 1, 1),
                        share,
                        limits,
                        context);
        FutureTask<SessionResult> task =
                new FutureTask<>(() ->
                        session.run(
                                new UnboundService(TestLimits.policy(limits), share),
                                ByteBuffer.allocateDirect(Session.SCRATCH_BYTES)));
        Thread.ofPlatform().daemon().name("test-session").start(task);
        return new Served(peer, session, task);
    }

    /** Has a stream scanned. */
    public SessionResult scan(String tenant, String guest, Limits limits, String data)
            throws IOException, InterruptedException {
        Served served = serve(tenant, guest, limits);
        served.guest()
                .send("zINSTREAM\0")
                .send(SessionRig.join(SessionRig.chunk(data), SessionRig.header(0)));
        String reply = served.guest().receiveAllAndClose();
        SessionResult result = served.result();
        String expected =
                result.signature()
                        .map(name -> "stream: " + name + " FOUND\0")
                        .orElse("stream: OK\0");
        if (result.termination() == Termination.COMPLETED && !reply.equals(expected)) {
            throw new AssertionError("the guest heard " + reply + ", the result is " + result);
        }
        return result;
    }

    /** Fails if a stream has kept a permit or a slot. */
    @Override
    public void close() throws IOException {
        assertThat(sockets.uploads.held()).isZero();
        assertThat(sockets.scans.held()).isZero();
        watch.close();
        sockets.close();
        if (clamd.isPresent()) {
            clamd.get().close();
        }
    }
}
