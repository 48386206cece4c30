package clamd.vproxy.supervisor.sources.hook;

import clamd.vproxy.hooks.spool.HookAnswer;
import clamd.vproxy.hooks.spool.RequestFolder;
import clamd.vproxy.hooks.spool.RequestName;
import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.supervisor.base.threads.SupervisorThreads;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.guests.RegistryWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves libvirt's qemu hook: its thread {@code libvirt-hook} waits at the spool's bell, takes the
 * requests that scripts have put there and answers them. {@link #close} belongs to one thread.
 */
public final class HookServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HookServer.class);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
    private static final Duration BELL_INTERVAL = Duration.ofSeconds(2);

    /** After this many hundredths of a second (10 s), no script waits for its answer any more. */
    private static final long UNFETCHED_HUNDREDTHS = 1_000;

    /** The pause before an unreadable folder is read again. */
    private static final long PAUSE_NANOS = 100_000_000;

    private final RequestFolder spool;
    private final HookRequests requests;
    private final LongSupplier uptimeHundredths;
    private final Thread thread;
    private final Thread bellWatch;
    private final CountDownLatch closing = new CountDownLatch(1);

    /** Confined to the server's thread. */
    private boolean failing;

    /** Confined to the server's thread. */
    private boolean bellFailing;

    private volatile boolean closed;

    private HookServer(RequestFolder spool, HookRequests requests, LongSupplier uptimeHundredths) {
        this.spool = spool;
        this.requests = requests;
        this.uptimeHundredths = uptimeHundredths;
        this.thread = SupervisorThreads.start("libvirt-hook", this::run);
        this.bellWatch = SupervisorThreads.start("libvirt-hook-bell", this::watchBell);
    }

    /**
     * Takes over a spool folder, and answers its scripts from now on.
     *
     * @param folder the folder, an absolute path; created if missing
     * @param libvirtUris the connect URIs that are followed
     * @param writer takes the hook's changes; must outlive the server
     * @param policies returns a guest's current policy
     * @param nanoClock the clock that all writers of the registry share, in nanoseconds
     * @param uptimeHundredths the host's uptime in hundredths of a second
     * @throws IOException if the folder cannot be used; the message is one line
     */
    public static HookServer open(
            Path folder,
            List<String> libvirtUris,
            RegistryWriter writer,
            Function<Guest, GuestPolicy> policies,
            LongSupplier nanoClock,
            LongSupplier uptimeHundredths)
            throws IOException {
        return new HookServer(
                RequestFolder.open(folder, uptimeHundredths.getAsLong()),
                new HookRequests(libvirtUris, writer, policies, nanoClock, uptimeHundredths),
                uptimeHundredths);
    }

    private void run() {
        try {
            boolean last;
            do {
                last = closed; // earlier requests are still answered
                hangBellAgain();
                boolean answered = answerAll();
                if (!last && answered) {
                    spool.awaitRing();
                } else if (!last) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            } while (!last);
        } catch (IOException e) {
            log.atError().setCause(e).log("the hook's bell broke; guests are learnt from libvirt");
        } catch (InterruptedException _) {
            // close() interrupts a slow request
        }
    }

    /** Wakes the other thread when the bell is missing, because no script can ring it then. */
    private void watchBell() {
        try {
            while (!closing.await(BELL_INTERVAL.toNanos(), TimeUnit.NANOSECONDS)) {
                if (!spool.isBellInPlace()) {
                    spool.ring();
                }
            }
        } catch (IOException e) {
            log.warn("the hook's bell is not looked after any more: {}", e.toString());
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        }
    }

    private void hangBellAgain() {
        if (closed || spool.isBellInPlace()) {
            return;
        }
        try {
            spool.hangBellAgain();
            bellFailing = false;
            log.warn("the bell of libvirt's hook had been removed; it is there again");
        } catch (IOException e) {
            if (!bellFailing) {
                bellFailing = true;
                log.warn(
                        "the bell of libvirt's hook was removed and cannot be made again, so starts"
                                + " of guests are learnt from libvirt alone: {}",
                        e.getMessage());
            }
        }
    }

    /**
     * Answers all pending requests; false if this must be retried, mostly for lack of descriptors.
     */
    private boolean answerAll() throws InterruptedException {
        try {
            spool.removeLeftovers(uptimeHundredths.getAsLong() - UNFETCHED_HUNDREDTHS);
            for (RequestName name : spool.pending()) {
                answer(name);
            }
            failing = false;
            return true;
        } catch (IOException | UncheckedIOException e) {
            if (!failing) {
                failing = true;
                log.warn("the hook's folder cannot be read for now: {}", e.toString());
            }
            return false;
        }
    }

    private void answer(RequestName name) throws InterruptedException {
        try {
            Optional<byte[]> bytes = spool.take(name);
            if (bytes.isPresent()) {
                Optional<HookAnswer> answer = requests.hear(name, bytes.get());
                if (answer.isPresent()) {
                    spool.answer(name, answer.get());
                }
            }
        } catch (IOException e) {
            log.warn("a request of libvirt's hook got no answer: {}", e.toString());
        } catch (RuntimeException e) {
            log.atError().setCause(e).log("hearing libvirt's hook failed; a defect of ours");
        }
    }

    /**
     * Takes the bell down, so that no further script waits for this daemon, and answers the scripts
     * that are waiting. Waits a few seconds at most. Closing again does nothing.
     */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        closing.countDown();
        SupervisorThreads.join(bellWatch);
        try (spool) {
            spool.takeBellDown();
            spool.ring();
            if (!thread.join(CLOSE_LIMIT)) {
                thread.interrupt();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
