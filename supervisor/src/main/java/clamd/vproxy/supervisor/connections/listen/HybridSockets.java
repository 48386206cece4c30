package clamd.vproxy.supervisor.connections.listen;

import clamd.vproxy.supervisor.base.sockets.AcceptPause;
import clamd.vproxy.supervisor.base.sockets.UnixListener;
import clamd.vproxy.supervisor.base.threads.Loop;
import clamd.vproxy.supervisor.base.threads.LoopPulse;
import clamd.vproxy.supervisor.base.threads.SupervisorThreads;
import clamd.vproxy.supervisor.connections.vsock.Descriptors;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.guests.GuestListener;
import clamd.vproxy.worker.net.ChannelSocket;
import clamd.vproxy.worker.net.StreamSocket;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves hybrid vsock: each guest has a Unix socket, to which its VMM delivers the guest's
 * connections. The socket identifies the guest, and the VMM vouches for it.
 *
 * <p>One thread, {@code hybrid-acceptor}, owns all the sockets; starts and stops of guests are
 * queued for it. Every few seconds it creates missing sockets, because a VMM may create its folder
 * after the guest's start. Thread-safe.
 */
public final class HybridSockets implements GuestListener, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HybridSockets.class);
    private static final Duration REPAIR_INTERVAL = Duration.ofSeconds(2);

    private static final int BACKLOG = 128;

    /** How long an earlier run's socket stays open for a guest that has not been reported yet. */
    private static final Duration UNTAKEN_LIMIT = Duration.ofMinutes(10);

    private final HybridTemplate template;
    private final int port;
    private final SocketOwner owner;
    private final BiConsumer<Guest, StreamSocket> accepted;
    private final LongSupplier nanoClock;
    private final ListenerStore store;
    private final AcceptPause pause = new AcceptPause("hybrid vsock");
    private final HybridLock lock;
    private final Selector selector;
    private final Queue<Runnable> changes = new ConcurrentLinkedQueue<>();
    private final LoopPulse pulse = new LoopPulse("hybrid-acceptor");
    private final Thread thread;
    private volatile boolean closed;

    // confined to the acceptor thread
    private final Map<Guest.Epoch, Guest> guests = new HashMap<>();
    private final Map<Guest.Epoch, UnixListener> sockets = new HashMap<>();
    private final Set<Guest.Epoch> complained = new HashSet<>();
    private final Set<Guest.Epoch> kept = new HashSet<>();
    private final EarlierSockets earlier =
            new EarlierSockets(this::acceptOne, () -> this.acceptFails);
    private final long startNanos;
    private long lastRepairNanos;

    /** Written by the acceptor thread. */
    private volatile ListenerStatus status;

    /** Confined to the acceptor thread. */
    private boolean acceptFails;

    /**
     * Starts the acceptor thread.
     *
     * @param port the host port that guests connect to
     * @param accepted takes over each connection; must not block
     * @param store holds the sockets of an earlier run, and keeps those that this run opens
     * @throws IOException if another daemon serves these sockets, or no selector is available
     */
    public HybridSockets(
            HybridTemplate template,
            int port,
            SocketOwner owner,
            BiConsumer<Guest, StreamSocket> accepted,
            ListenerStore store,
            LongSupplier nanoClock)
            throws IOException {
        this.template = template;
        this.port = port;
        this.owner = owner;
        this.accepted = accepted;
        this.nanoClock = nanoClock;
        this.store = store;
        this.startNanos = nanoClock.getAsLong();
        this.lastRepairNanos = startNanos;
        this.status = new ListenerStatus(address(), 0, 0, store.keeps());
        this.lock = new HybridLock(template, port);
        lock.take(HybridLock.PATIENCE);
        this.selector = Selector.open();
        this.thread = SupervisorThreads.start(pulse.name(), this::run);
    }

    @Override
    public void started(Guest guest) {
        enqueue(() -> {
            guests.put(guest.epoch(), guest);
            listenFor(guest);
        });
    }

    @Override
    public void changed(Guest before, Guest after) {
        enqueue(() -> {
            guests.put(after.epoch(), after);
            if (!before.name().equals(after.name())) {
                closeSocket(before);
                listenFor(after);
            }
        });
    }

    @Override
    public void stopped(Guest guest) {
        enqueue(() -> {
            guests.remove(guest.epoch());
            complained.remove(guest.epoch());
            closeSocket(guest);
        });
    }

    /**
     * Waits until the sockets of all guests reported so far exist, as far as they can be created.
     */
    public void awaitReported() throws InterruptedException {
        CountDownLatch reached = new CountDownLatch(1);
        enqueue(reached::countDown);
        reached.await();
    }

    private String address() {
        return template.template() + "_" + port;
    }

    /** Returns where the sockets listen. */
    public ListenerStatus status() {
        return status;
    }

    /** Returns the loop that accepts connections. */
    public Loop loop() {
        return pulse;
    }

    private void enqueue(Runnable change) {
        changes.add(change);
        selector.wakeup();
    }

    private void run() {
        while (!closed) {
            pulse.beat();
            try {
                selector.select(this::accept, REPAIR_INTERVAL.toMillis());
            } catch (IOException e) {
                log.error("waiting for connections on hybrid vsock failed", e);
            }
            for (Runnable change = changes.poll(); change != null; change = changes.poll()) {
                change.run();
            }
            status = new ListenerStatus(address(), sockets.size(), earlier.taken(), store.keeps());
            if (nanoClock.getAsLong() - lastRepairNanos >= REPAIR_INTERVAL.toNanos()) {
                lastRepairNanos = nanoClock.getAsLong();
                repair();
            }
        }
        guests.values().forEach(this::letGo);
        earlier.close();
    }

    /**
     * Serves the connections in the backlog, because closing would cut them off without a reply. A
     * kept socket stays at its path for the next daemon; its connections are served here as well,
     * because a full store reports nothing.
     */
    private void letGo(Guest guest) {
        UnixListener socket = sockets.get(guest.epoch());
        if (socket == null) {
            return;
        }
        boolean stays = kept.contains(guest.epoch());
        if (!stays) {
            socket.remove();
        }
        // bounded, because guests continue to connect to a socket that stays
        for (int i = 0; i < BACKLOG && acceptOne(guest, socket.channel()); i++) {
            // accepts the next connection
        }
        if (stays) {
            socket.leave();
        } else {
            closeSocket(guest);
        }
    }

    /** Creates the sockets that could not be created before, or that another process removed. */
    private void repair() {
        earlier.acceptLate();
        if (nanoClock.getAsLong() - startNanos >= UNTAKEN_LIMIT.toNanos()) {
            store.dropUntaken();
        }
        for (Guest guest : guests.values()) {
            UnixListener socket = sockets.get(guest.epoch());
            if (socket == null || !socket.isInPlace()) {
                closeSocket(guest);
                listenFor(guest);
            }
        }
    }

    private void listenFor(Guest guest) {
        try {
            Path path = template.socketOf(guest, port);
            if (sockets.values().stream().anyMatch(socket -> socket.path().equals(path))) {
                // names are unique only within one libvirt
                throw new IllegalArgumentException(
                        path + " is another guest's already; put {uuid} into --hybrid-vsock");
            }
            // no patience, because all other guests wait for this thread
            lock.take(Duration.ZERO);
            UnixListener socket = UnixListener.listen(path, "rw-------", BACKLOG, owner::take);
            socket.channel().configureBlocking(false);
            socket.channel().register(selector, SelectionKey.OP_ACCEPT, guest.epoch());
            sockets.put(guest.epoch(), socket);
            keep(guest, socket);
            complained.remove(guest.epoch());
            log.atInfo().addKeyValue("domain", guest.logName()).log("listening at {}", path);
        } catch (IOException | IllegalArgumentException e) {
            if (complained.add(guest.epoch())) {
                log.atWarn()
                        .addKeyValue("domain", guest.logName())
                        .log("no hybrid socket for this guest yet: {}", e.getMessage());
            }
        }
    }

    /**
     * Serves the connections in the backlog of an earlier run's socket, and keeps the new socket
     * instead.
     */
    private void keep(Guest guest, UnixListener socket) {
        if (!store.keeps()) {
            return;
        }
        String name = nameInStore(guest);
        earlier.take(guest, store.take(name));
        store.forget(name);
        try {
            store.keep(name, Descriptors.of(socket.descriptor()));
            kept.add(guest.epoch());
        } catch (IOException e) {
            log.atWarn()
                    .addKeyValue("domain", guest.logName())
                    .log("this guest's socket is not kept over a restart: {}", e.getMessage());
        }
    }

    private static String nameInStore(Guest guest) {
        return "hybrid-" + guest.uuid();
    }

    private void closeSocket(Guest guest) {
        UnixListener socket = sockets.remove(guest.epoch());
        if (socket == null) {
            return;
        }
        if (kept.remove(guest.epoch())) {
            store.forget(nameInStore(guest));
        }
        socket.close();
    }

    private void accept(SelectionKey key) {
        Guest guest = key.attachment() instanceof Guest.Epoch epoch ? guests.get(epoch) : null;
        if (guest != null && key.isValid()) {
            boolean _ = acceptOne(guest, (ServerSocketChannel) key.channel());
        }
    }

    /**
     * Accepts the next connection in the backlog; false if there is none, or none can be accepted
     * now.
     */
    private boolean acceptOne(Guest guest, ServerSocketChannel listening) {
        try {
            SocketChannel channel = listening.accept();
            pause.accepted();
            acceptFails = false;
            if (channel == null) {
                return false;
            }
            hand(guest, new ChannelSocket(channel));
            return true;
        } catch (IOException e) {
            pause.failed(e);
            acceptFails = true;
            return false;
        }
    }

    private void hand(Guest guest, StreamSocket socket) {
        try {
            accepted.accept(guest, socket);
        } catch (RuntimeException | OutOfMemoryError e) {
            // a failure of one connection must not stop accepting for all guests
            socket.close();
            log.atError()
                    .addKeyValue("domain", guest.logName())
                    .setCause(e)
                    .log("a connection was lost");
        }
    }

    /** Removes the sockets that no store keeps; accepted connections stay open. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        SupervisorThreads.join(thread);
        try {
            selector.close();
        } catch (IOException e) {
            log.debug("closing the selector", e);
        }
        lock.close();
    }
}
