package clamd.vproxy.supervisor.connections.dispatch;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.supervisor.base.threads.SupervisorThreads;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.worker.HostConnections;
import clamd.vproxy.worker.RefusalLane;
import clamd.vproxy.worker.net.StreamSocket;
import clamd.vproxy.worker.session.Arrival;
import clamd.vproxy.worker.session.GuestShare;
import clamd.vproxy.worker.session.Session;
import clamd.vproxy.worker.session.SessionContext;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles connections from CIDs that the registry does not know. A guest may connect before its
 * start is reported, so a separate thread looks up each CID once: libvirt may be slow, and the
 * acceptors must not wait for it. A peer that is still unknown after that is refused, and logged at
 * most once a minute.
 *
 * <p>Thread-safe, guarded by itself.
 */
final class UnknownPeers implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(UnknownPeers.class);
    private static final Duration LOOKUP_LIMIT = Duration.ofSeconds(2);
    private static final Duration LOG_INTERVAL = Duration.ofMinutes(1);

    /** The CIDs 0 (hypervisor), 1 (loopback) and 2 (host) are never guests (vsock(7)). */
    private static final long FIRST_GUEST_CID = 3;

    /**
     * Further connections are refused without a lookup; a burst of starting guests is far smaller.
     */
    private static final int MAX_PENDING = 256;

    private static final int MAX_PENDING_PER_CID = 16;

    /** How many CIDs the once-a-minute limit remembers; the oldest are dropped first. */
    private static final int MAX_LOGGED = 1024;

    private final GuestFinder finder;
    private final SessionContext context;
    private final HostConnections host;
    private final BiConsumer<Guest, StreamSocket> known;
    private final SessionLog sessionLog;
    private final SessionObserver observer;
    private final BlockingQueue<Peer> pending = new ArrayBlockingQueue<>(MAX_PENDING);
    private final Thread thread;

    /** One lane for all unknown peers: they may delay each other, but no guest. */
    private final RefusalLane refusals = new RefusalLane("unknown-peers#refusing", this::refused);

    private final Map<Long, Long> cidBySession = new ConcurrentHashMap<>();

    @GuardedBy("this")
    private final Map<Long, Long> loggedNanos =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Long, Long> eldest) {
                    return size() > MAX_LOGGED;
                }
            };

    /** The number of connections in {@link #pending}, plus the one that is being looked up. */
    @GuardedBy("this")
    private int unsettled;

    private volatile boolean closed;

    private record Peer(long cid, StreamSocket socket, long acceptedNanos) {}

    /**
     * Starts the thread that looks up peers.
     *
     * @param known takes over the connections of peers that turn out to be guests
     */
    UnknownPeers(
            GuestFinder finder,
            SessionContext context,
            HostConnections host,
            SessionLog sessionLog,
            SessionObserver observer,
            BiConsumer<Guest, StreamSocket> known) {
        this.finder = finder;
        this.context = context;
        this.host = host;
        this.sessionLog = sessionLog;
        this.observer = observer;
        this.known = known;
        this.thread = SupervisorThreads.start("unknown-peers", this::run);
    }

    /** Takes over a connection; returns at once. */
    void lookUp(long cid, StreamSocket socket) {
        Peer peer = new Peer(cid, socket, context.nanoClock().getAsLong());
        if (cid < FIRST_GUEST_CID || closed || hasEnough(cid) || !queue(peer)) {
            refuse(peer);
        }
    }

    private synchronized boolean queue(Peer peer) {
        boolean queued = pending.offer(peer);
        unsettled += queued ? 1 : 0;
        return queued;
    }

    private synchronized void settled() {
        unsettled--;
        notifyAll();
    }

    /**
     * Waits until each connection so far has been refused or handed to its guest, or {@code limit}
     * is over.
     */
    synchronized void awaitSettled(Duration limit) throws InterruptedException {
        long begun = context.nanoClock().getAsLong();
        long left = limit.toNanos();
        while (unsettled > 0 && left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = limit.toNanos() - (context.nanoClock().getAsLong() - begun);
        }
    }

    /** Whether so many connections of this CID are waiting that others need the room. */
    private boolean hasEnough(long cid) {
        return pending.stream().filter(peer -> peer.cid == cid).count() >= MAX_PENDING_PER_CID;
    }

    private void run() {
        while (!closed) {
            try {
                settle(pending.take());
            } catch (InterruptedException _) {
                // by close(), which the loop condition sees
            }
        }
        pending.forEach(this::refuse);
    }

    private void settle(Peer peer) {
        long waitedNanos = context.nanoClock().getAsLong() - peer.acceptedNanos;
        Duration left = LOOKUP_LIMIT.minusNanos(waitedNanos);
        try {
            Optional<Guest> guest =
                    left.isPositive() ? finder.find(peer.cid, left) : Optional.empty();
            if (guest.isPresent()) {
                known.accept(guest.get(), peer.socket);
            } else {
                refuse(peer);
            }
        } catch (RuntimeException e) {
            log.error("CID {} could not be looked up", peer.cid, e);
            refuse(peer);
        } finally {
            settled();
        }
    }

    private void refuse(Peer peer) {
        long number = host.nextSessionNumber();
        Session session =
                new Session(
                        new Arrival(number, peer.socket, peer.acceptedNanos, 1, 1),
                        GuestShare.ofOne(peer, Limits.standard(), context),
                        Limits.standard(),
                        context);
        cidBySession.put(number, peer.cid);
        refusals.refuse(session, Termination.UNKNOWN_GUEST);
    }

    private void refused(SessionResult result) {
        Long cid = cidBySession.remove(result.session());
        if (cid == null) {
            return;
        }
        if (isToBeLogged(cid)) {
            sessionLog.writeUnknown(cid, result);
        }
        observer.endedOfNoGuest(cid, result);
    }

    private synchronized boolean isToBeLogged(long cid) {
        long now = context.nanoClock().getAsLong();
        Long last = loggedNanos.get(cid);
        if (last != null && now - last < LOG_INTERVAL.toNanos()) {
            return false;
        }
        loggedNanos.remove(cid);
        loggedNanos.put(cid, now);
        return true;
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
