package clamd.vproxy.worker.clamd;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pool of selectors for reuse: opening and closing one takes seven system calls, a tenth of a
 * small scan. A wake-up that is too late for one user wakes the next one spuriously, so users must
 * expect that.
 *
 * <p>Each call closes selectors that were idle for a while, and there is always another call: the
 * monitor checks clamd every few seconds. Thread-safe, guarded by itself.
 */
final class SelectorPool {
    private static final Logger log = LoggerFactory.getLogger(SelectorPool.class);

    /**
     * The most selectors that are kept, more than the scans that run at once with clamd's defaults.
     * Each holds two descriptors.
     */
    private static final int MOST_KEPT = 16;

    private static final Duration LONGEST_KEPT = Duration.ofSeconds(10);

    private final LongSupplier nanoClock;

    /** The idle selectors, the last used one first. */
    @GuardedBy("this")
    private final ArrayDeque<Kept> free = new ArrayDeque<>();

    private record Kept(Selector selector, long sinceNanos) {}

    /**
     * @param nanoClock a monotonic clock in nanoseconds
     */
    SelectorPool(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /**
     * Lends a selector without keys.
     *
     * @throws IOException if no descriptors are left for one
     */
    Selector lend() throws IOException {
        Selector known = takeFree();
        return known == null ? Selector.open() : known;
    }

    private synchronized @Nullable Selector takeFree() {
        Kept last = free.pollFirst();
        closeUnused();
        return last == null ? null : last.selector;
    }

    @GuardedBy("this")
    private void closeUnused() {
        long now = nanoClock.getAsLong();
        Kept oldest = free.peekLast();
        while (oldest != null && now - oldest.sinceNanos > LONGEST_KEPT.toNanos()) {
            free.removeLast();
            close(oldest.selector);
            oldest = free.peekLast();
        }
    }

    /** Takes back a selector whose key, if it has one, is cancelled. */
    void takeBack(Selector lent) {
        boolean kept = false;
        try {
            lent.selectNow();
            kept = lent.keys().isEmpty() && keep(lent);
        } catch (IOException e) {
            log.debug("a selector could not be cleared", e);
        } finally {
            if (!kept) {
                close(lent);
            }
        }
    }

    private synchronized boolean keep(Selector cleared) {
        closeUnused();
        if (free.size() >= MOST_KEPT) {
            return false;
        }
        free.addFirst(new Kept(cleared, nanoClock.getAsLong()));
        return true;
    }

    private static void close(Selector unused) {
        try {
            unused.close();
        } catch (IOException e) {
            // the caller closes a connection and has more to release than this
            log.debug("a selector could not be closed", e);
        }
    }
}
