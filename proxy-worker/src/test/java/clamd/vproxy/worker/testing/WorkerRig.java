package clamd.vproxy.worker.testing;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.policies.Tenant;
import clamd.vproxy.worker.GuestWorker;
import clamd.vproxy.worker.HostConnections;
import clamd.vproxy.worker.daily.DailyUsage;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.shares.TenantShare;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Workers of several guests over real sockets, with a fake clamd, in real time. */
public final class WorkerRig implements AutoCloseable {
    public final FakeClamd clamd;
    public final SocketRig sockets;
    public final HostConnections host;
    public final List<SessionResult> results = new CopyOnWriteArrayList<>();
    public final Map<Long, String> servingThreads = new ConcurrentHashMap<>();
    public final AtomicInteger accepted = new AtomicInteger();
    private final Path folder;
    private final Map<String, DailyUsage> dailyUsages = new ConcurrentHashMap<>();
    private final List<GuestWorker> workers = new ArrayList<>();
    private final AtomicReference<@Nullable CountDownLatch> hold = new AtomicReference<>();
    private final AtomicBoolean holding = new AtomicBoolean();
    private final List<TestGuest> guests = new ArrayList<>();

    public WorkerRig(Path folder, int hostLimit) throws IOException {
        this.folder = folder;
        this.clamd = FakeClamd.onUnixSocket(folder);
        this.sockets = new SocketRig(folder, clamd.endpoint());
        this.host = new HostConnections(hostLimit);
    }

    /** A worker for the domain of this name. */
    public GuestWorker worker(String domain, GuestPolicy policy) {
        return worker(
                domain,
                sockets.context.tenantShare(new Tenant.OneGuest(domain), dailyUsage(domain)),
                policy);
    }

    /** A worker for a domain of a tenant. */
    public GuestWorker worker(String domain, TenantShare tenant, GuestPolicy policy) {
        GuestWorker worker =
                new GuestWorker(
                        domain,
                        domain,
                        tenant,
                        policy,
                        dailyUsage(domain),
                        sockets.context,
                        host,
                        this::ended);
        workers.add(worker);
        return worker;
    }

    /** What the guests of a tenant have together, without limits yet. */
    public TenantShare tenant(String name) {
        return sockets.context.tenantShare(new Tenant.Named(name), dailyUsage("tenant " + name));
    }

    /** What the domain of this name uses, in all its workers. */
    public DailyUsage dailyUsage(String domain) {
        return dailyUsages.computeIfAbsent(domain, _ -> new DailyUsage(Clock.systemUTC()));
    }

    /** Holds up the next report of a session's end until the result is closed. */
    public AutoCloseable holdNextTelling() {
        CountDownLatch goOn = new CountDownLatch(1);
        hold.set(goOn);
        return goOn::countDown;
    }

    /** Whether somebody waits so. */
    public boolean isTellingHeld() {
        return holding.get();
    }

    private void ended(GuestPolicy policy, SessionResult result) {
        CountDownLatch goOn = hold.getAndSet(null);
        if (goOn != null) {
            holding.set(true);
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        servingThreads.put(result.session(), Thread.currentThread().getName());
        results.add(result);
    }

    /** A guest whose connection {@code worker} has accepted. */
    public TestGuest connect(GuestWorker worker) {
        TestGuest guest = TestGuest.connect(folder);
        guests.add(guest);
        accepted.incrementAndGet();
        worker.accept(guest.ours());
        return guest;
    }

    /** A guest in the middle of an upload: clamd has got its first chunk. */
    public TestGuest connectUploading(GuestWorker worker) throws IOException {
        int before = sockets.uploads.held();
        TestGuest guest = connect(worker).send("zINSTREAM\0").send(SessionRig.chunk("abc"));
        Eventually.holds("an upload", () -> sockets.uploads.held() == before + 1);
        return guest;
    }

    /** How many sessions have ended so. */
    public long count(Termination termination) {
        return results.stream().filter(result -> result.termination() == termination).count();
    }

    /** Lets all guests go and all workers end, then checks that nothing is left over. */
    @Override
    public void close() throws IOException {
        guests.forEach(TestGuest::close);
        workers.forEach(worker -> worker.stop(Termination.SHUTDOWN));
        try {
            for (GuestWorker worker : workers) {
                if (!worker.awaitEnd(Duration.ofSeconds(10))) {
                    throw new AssertionError(worker.connections() + " connections never ended");
                }
                Eventually.noThreadIsLeft(worker.domain() + "#");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            sockets.close();
            clamd.close();
        }
        List<SessionResult> connections =
                results.stream().filter(result -> result.request() == 0).toList();
        if (connections.size() != accepted.get()) {
            throw new AssertionError(
                    connections.size() + " results of " + accepted + " connections: " + results);
        }
        long distinct = connections.stream().map(SessionResult::session).distinct().count();
        if (distinct != connections.size()) {
            throw new AssertionError("a session gave two results: " + results);
        }
        if (host.held() != 0
                || sockets.uploads.held() + sockets.requests.held() + sockets.scans.held() != 0) {
            throw new AssertionError("something is still held: " + host.held());
        }
    }
}
