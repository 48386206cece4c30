package clamd.vproxy.supervisor.sources.libvirt;

import clamd.vproxy.supervisor.base.threads.Loop;
import clamd.vproxy.supervisor.base.threads.LoopPulse;
import clamd.vproxy.supervisor.base.threads.SupervisorThreads;
import com.sun.jna.Pointer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.libvirt.Library;
import org.libvirt.LibvirtException;
import org.libvirt.jna.Libvirt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs libvirt's event loop: one per process, started before the first connection, which runs for
 * ever on the thread {@code libvirt-events}. Thread-safe, guarded by the class.
 *
 * <p>A connection opened earlier would have neither events nor keepalive; without a running loop, a
 * connection would get no events.
 */
final class LibvirtEventLoop {
    private static final Logger log = LoggerFactory.getLogger(LibvirtEventLoop.class);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(100);
    private static final Duration SETTLE_LIMIT = Duration.ofSeconds(1);

    /** The longest time between two rounds of the loop: without connections it has no timers. */
    private static final Duration TICK = Duration.ofSeconds(1);

    private static final LoopPulse PULSE = new LoopPulse("libvirt-events");
    private static final AtomicLong NUMBERS = new AtomicLong();
    private static final Map<Long, CompletableFuture<Boolean>> ROUNDS = new ConcurrentHashMap<>();

    /**
     * Replaces libvirt's own handler, which prints; static, because native code does not keep it
     * alive.
     */
    private static final Libvirt.VirErrorCallback ERRORS_TO_LOG =
            (_, error) -> {
                try {
                    log.debug("libvirt: {}", OneLine.of(String.valueOf(error.message)));
                } catch (Throwable _) {
                    // no exception may enter native code, and no caller could handle one
                }
            };

    /** Ends a wait of {@link #settle}; static, because native code does not keep it alive. */
    private static final Libvirt.VirEventTimeoutCallback ROUND_DONE = LibvirtEventLoop::roundDone;

    /** Does nothing except wake the loop; static, because native code does not keep it alive. */
    private static final Libvirt.VirEventTimeoutCallback TICKED = (_, _) -> {};

    private static boolean running;

    private LibvirtEventLoop() {}

    /**
     * Starts the loop unless it runs.
     *
     * @throws LibvirtCallException if libvirt's library is missing or does not start
     */
    static synchronized void start() throws LibvirtCallException {
        if (running) {
            return;
        }
        try {
            Libvirt.INSTANCE.virSetErrorFunc(null, ERRORS_TO_LOG);
            Library.initEventLoop();
            if (Libvirt.INSTANCE.virEventAddTimeout(
                            (int) TICK.toMillis(), TICKED, Pointer.NULL, null)
                    < 0) {
                throw new LibvirtCallException("libvirt's event loop takes no timer");
            }
        } catch (LibvirtException e) {
            throw new LibvirtCallException(
                    "libvirt's event loop does not start: " + OneLine.of(e), e);
        } catch (LinkageError e) {
            throw notLoaded(e);
        }
        SupervisorThreads.start(PULSE.name(), LibvirtEventLoop::pump);
        running = true;
    }

    /**
     * Waits until all events that are in delivery now have been delivered, for at most a second and
     * ignoring interrupts.
     *
     * <p>An event in delivery holds a reference to its connection: a connection that is closed
     * before its delivery ends would stay open for a moment, which looks like a leak.
     */
    static void settle() {
        long number = NUMBERS.incrementAndGet();
        CompletableFuture<Boolean> round = new CompletableFuture<>();
        ROUNDS.put(number, round);
        try {
            if (Libvirt.INSTANCE.virEventAddTimeout(0, ROUND_DONE, new Pointer(number), null)
                    >= 0) {
                boolean _ =
                        round.completeOnTimeout(
                                        false, SETTLE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                                .join();
            }
        } finally {
            ROUNDS.remove(number);
        }
    }

    /** Returns the loop, whether it has been started or not. */
    static Loop loop() {
        return PULSE;
    }

    static LibvirtCallException notLoaded(LinkageError failure) {
        // further lines list every location that was searched, including the whole class path
        String reason = OneLine.of(failure.toString().lines().findFirst().orElseThrow());
        if (reason.contains("failed to map segment")) {
            return new LibvirtCallException(
                    "a library cannot be loaded from "
                            + System.getProperty("java.io.tmpdir")
                            + ", which seems to be mounted noexec; name another folder with"
                            + " CLAMD_VPROXY_JAVA_OPTS=\"-Djava.io.tmpdir=FOLDER -Djna.tmpdir=FOLDER\"",
                    failure);
        }
        return new LibvirtCallException(
                "libvirt.so.0 cannot be loaded (apt-get install libvirt0): " + reason, failure);
    }

    private static void roundDone(int timer, Pointer opaque) {
        try {
            Libvirt.INSTANCE.virEventRemoveTimeout(timer);
            CompletableFuture<Boolean> round = ROUNDS.get(Pointer.nativeValue(opaque));
            if (round != null) {
                round.complete(true);
            }
        } catch (Throwable e) {
            log.error("a timer of libvirt's event loop was not handled", e);
        }
    }

    private static void pump() {
        while (true) {
            PULSE.beat();
            try {
                Library.processEvent();
            } catch (LibvirtException | RuntimeException | Error e) {
                log.atError().setCause(e).log("libvirt's event loop failed; it goes on");
                LockSupport.parkNanos(PAUSE_AFTER_FAILURE.toNanos());
            }
        }
    }
}
