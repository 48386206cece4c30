package clamd.vproxy.worker.clamd;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Selectors kept for reuse: to open one and to close it takes seven system calls, a tenth of a
 * small scan. Whoever woke the last user too late wakes the next one for nothing, which must be
 * ready for that. Thread-safe, guarded by itself.
 */
final class SelectorPool {
    /** More than scans run at once with clamd's defaults; each kept has two descriptors. */
    private static final int KEPT = 16;

    @GuardedBy("this")
    private final ArrayDeque<Selector> free = new ArrayDeque<>();

    /**
     * A selector without keys.
     *
     * @throws IOException if there are no descriptors for one
     */
    Selector lend() throws IOException {
        Selector known = takeFree();
        return known == null ? Selector.open() : known;
    }

    private synchronized @Nullable Selector takeFree() {
        return free.pollFirst();
    }

    /**
     * Takes one back whose channel was closed, and gives back the channel's descriptor, which needs
     * its key to be gone.
     */
    void takeBack(Selector lent) {
        try {
            lent.selectNow();
            if (!keep(lent)) {
                lent.close();
            }
        } catch (IOException e) {
            throw new IllegalStateException("a selector could not be cleared", e);
        }
    }

    private synchronized boolean keep(Selector cleared) {
        if (free.size() >= KEPT) {
            return false;
        }
        free.addFirst(cleared);
        return true;
    }
}
