package clamd.vproxy.supervisor.sources.libvirt;

import clamd.vproxy.hooks.DomainDescription;
import clamd.vproxy.hooks.DomainXmlException;
import clamd.vproxy.supervisor.base.threads.Loop;
import clamd.vproxy.supervisor.base.threads.LoopPulse;
import clamd.vproxy.supervisor.base.threads.SupervisorThreads;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.guests.GuestRegistry;
import clamd.vproxy.supervisor.guests.GuestRegistry.Reading;
import clamd.vproxy.supervisor.guests.RegistryWriter;
import clamd.vproxy.supervisor.sources.libvirt.WatcherInbox.Work;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the registry up to date with the domains of one libvirt. Thread-safe; works on its own
 * thread {@code libvirt-work}, which is the only one to use the connection.
 *
 * <p>Events are only hints: after each one, the watcher reads that domain again and trusts the
 * result. After each connect, and at regular intervals, it lists the active domains, because some
 * guests end without an event. While libvirt is away, the guests known so far stay.
 *
 * <p>The thread waits for the registry before it reads on, so that an earlier reading never
 * overwrites a later one. The hook may report changes during a reading; so the watcher notes when
 * each reading began, and the registry decides which is later.
 */
public final class LibvirtWatcher implements GuestLookup.Source, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LibvirtWatcher.class);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final String uri;
    private final RegistryWriter writer;
    private final LibvirtTiming timing;
    private final LongSupplier nanoClock;
    private final WatcherInbox inbox;
    private final WatcherStatus status;
    private final ConnectionOpener opener;
    private final Backoff backoff;
    private final CountDownLatch firstList = new CountDownLatch(1);

    /** Domains whose XML could not be read, each logged once. Confined to the watcher's thread. */
    private final Set<UUID> unreadable = new HashSet<>();

    private final LoopPulse pulse;
    private final Thread thread;

    /**
     * Starts watching.
     *
     * @param client connects to libvirt
     * @param uri the connect URI, which becomes the guests' source
     * @param writer takes the changes; must outlive the watcher
     * @param timing intervals and time limits
     * @param nanoClock a monotonic clock in nanoseconds
     * @param clock the wall clock, for {@link #state()}
     */
    public LibvirtWatcher(
            LibvirtClient client,
            String uri,
            RegistryWriter writer,
            LibvirtTiming timing,
            LongSupplier nanoClock,
            Clock clock) {
        this.uri = uri;
        this.writer = writer;
        this.timing = timing;
        this.nanoClock = nanoClock;
        this.pulse = new LoopPulse("libvirt-work " + uri);
        this.inbox = new WatcherInbox(nanoClock, pulse::beat);
        this.status = new WatcherStatus(uri, clock);
        this.opener = new ConnectionOpener(client, uri, timing.openLimit());
        this.backoff = new Backoff(timing.firstRetry(), timing.longestRetry());
        this.thread = SupervisorThreads.start(pulse.name(), this::run);
    }

    /**
     * Waits until the guests that ran at the start are in the registry.
     *
     * @return false if libvirt did not return a list in time; the watcher continues to try
     */
    public boolean awaitFirstList(Duration limit) throws InterruptedException {
        return firstList.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * Requests a list that begins after this call, shared with all callers that request one before
     * it begins. Returns at once.
     *
     * @return true when the registry has taken over the list; false if there is no connection or it
     *     is lost meanwhile
     */
    @Override
    public CompletableFuture<Boolean> listFromNow() {
        return inbox.requestList();
    }

    /** Returns the loop that queries libvirt and updates the registry; it may wait for libvirt. */
    public Loop loop() {
        return pulse;
    }

    /** Returns the current state of this watcher and its libvirt. */
    public LibvirtState state() {
        return status.state((int) writer.registry().guests().stream().filter(this::isOurs).count());
    }

    /**
     * Stops watching and releases the connection; the guests stay in the registry. Waits a few
     * seconds at most.
     */
    @Override
    public void close() {
        inbox.close();
        thread.interrupt();
        try {
            if (!thread.join(CLOSE_LIMIT)) {
                log.warn("libvirt at {} does not answer; its connection is left open", uri);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!inbox.isClosed()) {
                connectAndFollow();
                inbox.pause(backoff.next());
            }
        } catch (InterruptedException _) {
            // close() has interrupted this thread
        }
    }

    private void connectAndFollow() throws InterruptedException {
        LibvirtListener listener = inbox.nextAttempt(status::event);
        pulse.awaitOthers();
        try (LibvirtConnection connection = opener.open(listener)) {
            pulse.beat();
            status.connected();
            inbox.follow();
            try {
                follow(connection);
            } finally {
                // closing a connection also calls libvirt
                pulse.awaitOthers();
            }
        } catch (LibvirtCallException e) {
            status.away(OneLine.of(e));
        } catch (RuntimeException | Error e) {
            log.atError().setCause(e).log("following libvirt at {} failed; a defect of ours", uri);
            status.away(OneLine.of(e));
        } finally {
            inbox.unfollow();
        }
    }

    private void follow(LibvirtConnection connection)
            throws LibvirtCallException, InterruptedException {
        long listDue = nanoClock.getAsLong();
        while (true) {
            boolean whole = true;
            switch (inbox.take(listDue)) {
                case Work.Closed() -> {
                    return;
                }
                case Work.Lost(String reason) -> throw new LibvirtCallException(reason);
                case Work.ListAll(CompletableFuture<Boolean> taken) -> {
                    whole = list(connection, taken);
                    listDue = nanoClock.getAsLong() + timing.relist().toNanos();
                }
                case Work.ReadAgain(UUID uuid) -> whole = readAgain(connection, uuid);
            }
            if (!whole) {
                long early = nanoClock.getAsLong() + backoff.next().toNanos();
                // never later: failures of one domain must not delay updates of the others
                listDue = early - listDue < 0 ? early : listDue;
            }
        }
    }

    private boolean list(LibvirtConnection connection, CompletableFuture<Boolean> taken)
            throws LibvirtCallException, InterruptedException {
        try {
            long begun = nanoClock.getAsLong();
            pulse.awaitOthers();
            List<UUID> active = connection.activeDomains();
            List<Reading> read = new ArrayList<>();
            Set<UUID> unanswered = new HashSet<>();
            for (UUID uuid : active) {
                try {
                    long asOf = nanoClock.getAsLong();
                    read(connection, uuid).ifPresent(guest -> read.add(new Reading(guest, asOf)));
                } catch (LibvirtCallException e) {
                    tolerate(e, connection);
                    unanswered.add(uuid);
                }
            }
            pulse.beat();
            unreadable.retainAll(active);
            apply(registry -> registry.replaceAll(uri, begun, read, unanswered));
            status.listed(read.size() + unanswered.size());
            firstList.countDown();
            taken.complete(true);
            if (unanswered.isEmpty()) {
                backoff.reset();
            }
            return unanswered.isEmpty();
        } finally {
            taken.complete(false);
        }
    }

    private boolean readAgain(LibvirtConnection connection, UUID uuid)
            throws LibvirtCallException, InterruptedException {
        long asOf = nanoClock.getAsLong();
        pulse.awaitOthers();
        Optional<Guest> now;
        try {
            now = read(connection, uuid);
        } catch (LibvirtCallException e) {
            tolerate(e, connection);
            return false;
        }
        pulse.beat();
        apply(registry ->
                now.ifPresentOrElse(
                        guest -> registry.upsert(guest, asOf),
                        () -> registry.remove(uri, uuid, asOf)));
        return true;
    }

    /** Returns the domain as a guest if it runs. */
    private Optional<Guest> read(LibvirtConnection connection, UUID uuid)
            throws LibvirtCallException {
        try {
            Optional<DomainDescription> domain = connection.describe(uuid);
            unreadable.remove(uuid);
            // only a running domain has an id, and only then is its CID the actual one
            return domain.filter(found -> found.id().isPresent())
                    .map(running -> Guest.of(uri, running));
        } catch (DomainXmlException e) {
            if (unreadable.add(uuid)) {
                log.warn("libvirt at {}: domain {} is not served: {}", uri, uuid, OneLine.of(e));
            }
            return Optional.empty();
        }
    }

    private boolean isOurs(Guest guest) {
        return guest.source().equals(uri);
    }

    private void tolerate(LibvirtCallException failure, LibvirtConnection connection)
            throws LibvirtCallException {
        if (!connection.isAlive()) {
            throw failure;
        }
        status.failed(OneLine.of(failure));
    }

    private void apply(Consumer<GuestRegistry> change) throws InterruptedException {
        try {
            writer.submit(change).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the guest registry refused a change", e.getCause());
        }
    }
}
