package clamd.vproxy.supervisor.daemon.systemd;

import clamd.vproxy.supervisor.connections.listen.ListenerStore;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.FileDescriptor;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports the state of the service to systemd. Without a reachable {@code NOTIFY_SOCKET} it does
 * nothing. Thread-safe, guarded by itself.
 */
public final class ServiceManager implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ServiceManager.class);

    /** How much longer than its configured waits a start or a stop may take. */
    private static final Duration MARGIN = Duration.ofSeconds(30);

    private enum State {
        STARTING,
        SERVING,
        STOPPING
    }

    private final Optional<NotifySocket> socket;
    private final Optional<Duration> watchdog;
    private final LongSupplier nanoClock;
    private final ListenerStore listeners;

    @GuardedBy("this")
    private State state = State.STARTING;

    @GuardedBy("this")
    private String lastStatus = "";

    @GuardedBy("this")
    private boolean complained;

    private ServiceManager(
            Optional<NotifySocket> socket,
            Map<String, String> environment,
            long pid,
            LongSupplier nanoClock) {
        this.socket = socket;
        this.watchdog = socket.isPresent() ? watchdog(environment, pid) : Optional.empty();
        this.nanoClock = nanoClock;
        this.listeners = DescriptorStore.of(environment, pid, this::store);
    }

    /** Returns a service manager that sends no notifications. */
    public static ServiceManager none() {
        return new ServiceManager(Optional.empty(), Map.of(), 0, () -> 0);
    }

    /**
     * Returns the service manager that started this process.
     *
     * @param environment the process's environment: {@code NOTIFY_SOCKET}, {@code WATCHDOG_USEC},
     *     {@code WATCHDOG_PID}, and the variables that {@link DescriptorStore} reads
     * @param pid this process's ID
     * @param nanoClock the clock that the kernel calls CLOCK_MONOTONIC, in nanoseconds
     */
    public static ServiceManager of(
            Map<String, String> environment, long pid, LongSupplier nanoClock) {
        return new ServiceManager(socket(environment), environment, pid, nanoClock);
    }

    private static Optional<NotifySocket> socket(Map<String, String> environment) {
        String address = environment.getOrDefault("NOTIFY_SOCKET", "");
        if (address.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(NotifySocket.to(address));
        } catch (IOException e) {
            log.warn(
                    "the service's state is not reported to systemd: NOTIFY_SOCKET: {}",
                    e.getMessage());
            return Optional.empty();
        }
    }

    private static Optional<Duration> watchdog(Map<String, String> environment, long pid) {
        String microseconds = environment.getOrDefault("WATCHDOG_USEC", "");
        String meant = environment.getOrDefault("WATCHDOG_PID", String.valueOf(pid));
        if (microseconds.isEmpty() || !meant.equals(String.valueOf(pid))) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                            Duration.ofNanos(
                                    Math.multiplyExact(Long.parseLong(microseconds), 1000L)))
                    .filter(Duration::isPositive);
        } catch (ArithmeticException | NumberFormatException _) {
            log.warn("WATCHDOG_USEC is \"{}\", which is no number of microseconds", microseconds);
            return Optional.empty();
        }
    }

    /** Whether notifications are sent. */
    boolean listens() {
        return socket.isPresent();
    }

    /** Returns the listening sockets that systemd hands over, and keeps during a restart. */
    public ListenerStore listeners() {
        return listeners;
    }

    private synchronized void store(String message, Optional<FileDescriptor> listener) {
        send(message, listener);
    }

    /**
     * Returns how long systemd waits for a watchdog message before it considers the service hung;
     * empty = for ever.
     */
    Optional<Duration> watchdog() {
        return watchdog;
    }

    /**
     * Reports that the start waits for clamd, and extends systemd's time limit by this wait.
     *
     * @param status one line about the current state
     * @param limit how long it waits at most
     */
    public synchronized void waiting(String status, Duration limit) {
        send("STATUS=" + status + "\n" + patience(limit));
    }

    /**
     * Reports that guests are served.
     *
     * @param status one line about the current state
     */
    public synchronized void ready(String status) {
        if (state == State.STARTING) {
            state = State.SERVING;
            lastStatus = status;
            send("READY=1\nSTATUS=" + status);
        }
    }

    /** Sends the status line if it has changed. */
    synchronized void status(String status) {
        if (state == State.SERVING && !status.equals(lastStatus)) {
            lastStatus = status;
            send("STATUS=" + status);
        }
    }

    /** Reports to the watchdog that all loops run. */
    synchronized void feedWatchdog() {
        send("WATCHDOG=1");
    }

    /** Puts a configuration in force, between RELOADING and READY if guests are served. */
    public <T> T reload(Supplier<T> change) {
        boolean served = reloading();
        try {
            return change.get();
        } finally {
            if (served) {
                reloaded();
            }
        }
    }

    private synchronized boolean reloading() {
        if (state == State.SERVING) {
            send(
                    "RELOADING=1\nMONOTONIC_USEC="
                            + TimeUnit.NANOSECONDS.toMicros(nanoClock.getAsLong()));
        }
        return state == State.SERVING;
    }

    private synchronized void reloaded() {
        if (state == State.SERVING) {
            send("READY=1");
        }
    }

    /**
     * Reports that the stop has begun, and extends systemd's time limit by the drain limit.
     *
     * @param drainLimit how long running scans may continue
     */
    public synchronized void stopping(Duration drainLimit) {
        if (state != State.STOPPING) {
            state = State.STOPPING;
            send("STOPPING=1\nSTATUS=stopping\n" + patience(drainLimit));
        }
    }

    private static String patience(Duration limit) {
        return "EXTEND_TIMEOUT_USEC=" + TimeUnit.NANOSECONDS.toMicros(limit.plus(MARGIN).toNanos());
    }

    @GuardedBy("this")
    private void send(String message) {
        send(message, Optional.empty());
    }

    @GuardedBy("this")
    private void send(String message, Optional<FileDescriptor> listener) {
        if (socket.isEmpty()) {
            return;
        }
        try {
            if (listener.isPresent()) {
                socket.get().send(message, listener.get());
            } else {
                socket.get().send(message);
            }
            complained = false;
        } catch (IOException e) {
            // logged once: it may take long until systemd listens again
            if (!complained) {
                log.warn("the service's state cannot be reported to systemd: {}", e.getMessage());
            }
            complained = true;
        }
    }

    /** Sends no further notifications. */
    @Override
    public void close() {
        try {
            if (socket.isPresent()) {
                socket.get().close();
            }
        } catch (IOException e) {
            log.debug("closing the socket to systemd", e);
        }
    }
}
