package clamd.vproxy.worker.memory;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The lookup of one stream in the verdict memory, and the registration of its scan if the memory
 * has no verdict. Confined to the session thread, except for {@link #withdraw}.
 */
public final class Recall implements AutoCloseable {
    private final VerdictMemory memory;
    private final VerdictMemory.Scan scan;
    private final Duration age;
    private volatile boolean withdrawn;
    private volatile @Nullable Flight waitsFor;

    private @Nullable Flight flight;
    private Known before;
    private boolean waited;

    Recall(VerdictMemory memory, VerdictMemory.Scan scan, Duration age) {
        this.memory = memory;
        this.scan = scan;
        this.age = age;
        this.before = memory.known();
    }

    /** A verdict on a stream. Immutable. */
    public record Verdict(Optional<String> signature) {}

    /** Returns the memory's verdict on this stream, if it has one. */
    Optional<Verdict> find() {
        Optional<Verdict> found =
                memory.find(scan, age).map(verdict -> new Verdict(verdict.signature()));
        if (found.isPresent()) {
            memory.hits.increment();
            if (waited) {
                memory.coalesced.increment();
            }
        }
        return found;
    }

    /**
     * Returns the memory's verdict on this stream. If another session of this scope is having the
     * same content scanned, waits for that verdict.
     *
     * @param deadlineNanos when to stop waiting, on the memory's clock
     * @return empty if the caller must have its stream scanned
     */
    public Optional<Verdict> await(long deadlineNanos) {
        Optional<Verdict> found = find();
        boolean worth = memory.known().isUsable();
        while (found.isEmpty() && worth && !withdrawn) {
            Flight mine = new Flight();
            Flight running = memory.join(scan, mine);
            if (running.equals(mine)) {
                flight = mine;
                break;
            }
            worth = awaitEnd(running, deadlineNanos);
            found = find();
        }
        if (found.isEmpty()) {
            memory.misses.increment();
            before = memory.known();
        }
        return found;
    }

    /**
     * Like {@link #await}, for a stream that cannot be scanned yet: no other stream waits for it.
     *
     * @return empty if the memory has no verdict, and no scan is worth waiting for
     */
    public Optional<Verdict> awaitOthers(long deadlineNanos) {
        Optional<Verdict> found = find();
        Flight running = memory.running(scan);
        while (found.isEmpty()
                && running != null
                && memory.known().isUsable()
                && !withdrawn
                && awaitEnd(running, deadlineNanos)) {
            found = find();
            running = memory.running(scan);
        }
        return found;
    }

    private boolean awaitEnd(Flight running, long deadlineNanos) {
        waited = true;
        waitsFor = running;
        try {
            return running.await(() -> withdrawn, memory.nanoClock(), deadlineNanos)
                    && running.isWorthWaiting();
        } finally {
            waitsFor = null;
        }
    }

    /** Ends the current wait and prevents later ones. Any thread. */
    public void withdraw() {
        withdrawn = true;
        Flight running = waitsFor;
        if (running != null) {
            running.wake();
        }
    }

    /**
     * Stores clamd's verdict on this stream.
     *
     * @param signature the signature that clamd found; empty = clean
     */
    public void scanned(Optional<String> signature) {
        memory.keep(scan, before, signature);
        if (flight != null) {
            flight.kept();
        }
    }

    /** Records that clamd gave an answer that is never remembered. */
    public void notRemembered() {
        if (flight != null) {
            flight.notRemembered();
        }
    }

    /** Ends the stream's scan; if the scan failed, the next waiting stream is scanned. */
    @Override
    public void close() {
        if (flight != null) {
            memory.leave(scan, flight);
            flight.end();
            flight = null;
        }
    }
}
