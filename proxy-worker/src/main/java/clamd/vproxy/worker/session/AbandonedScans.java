package clamd.vproxy.worker.session;

import clamd.vproxy.worker.clamd.BackendSlots;
import clamd.vproxy.worker.clamd.ClamdConnection;
import clamd.vproxy.worker.fair.ScanSlots;
import clamd.vproxy.worker.spool.Spool;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns the scans that outlive their sessions, because the guest was stopped or its timeout expired.
 * clamd continues to scan what it has received, so scan slot and upload permit stay taken until
 * clamd answers or closes; this class keeps the connections open to notice that.
 *
 * <p>Abandoned scans need no thread: the {@link Watchdog} checks each one ten times a second. There
 * are never more abandoned scans than scan slots.
 *
 * <p>Thread-safe; each scan is guarded by itself.
 */
public final class AbandonedScans implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AbandonedScans.class);

    /** The size of the buffer that detects clamd's answer; the answer itself is discarded. */
    private static final int ENOUGH_BYTES = 16;

    private final Watchdog watchdog;
    private final Set<Scan> scans = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** Creates an empty set, whose scans {@code watchdog} will check. */
    public AbandonedScans(Watchdog watchdog) {
        this.watchdog = watchdog;
    }

    /**
     * Takes ownership of {@code connection}, and keeps the scan slot, the room in the spool and the
     * permit until clamd has finished.
     *
     * @param deadlineNanos when clamd can no longer be scanning, on the watchdog's clock
     */
    void takeOver(
            ClamdConnection connection,
            BackendSlots.Slot place,
            Spool.Upload upload,
            ScanSlots.Slot slot,
            long deadlineNanos) {
        Scan scan = new Scan(connection, place, upload, slot, deadlineNanos);
        scans.add(scan);
        watchdog.watch(scan);
        if (closed) {
            scan.end();
        }
    }

    /** Returns the number of abandoned scans. */
    public int count() {
        return scans.size();
    }

    /**
     * Ends all abandoned scans, and every one that is handed over later; for the shutdown of the
     * process.
     */
    @Override
    public void close() {
        closed = true;
        scans.forEach(Scan::end);
    }

    private final class Scan implements Watched {
        private final ClamdConnection connection;
        private final BackendSlots.Slot place;
        private final Spool.Upload upload;
        private final ScanSlots.Slot slot;
        private final long deadlineNanos;
        private final ByteBuffer answer = ByteBuffer.allocate(ENOUGH_BYTES);

        @GuardedBy("this")
        private boolean ended;

        Scan(
                ClamdConnection connection,
                BackendSlots.Slot place,
                Spool.Upload upload,
                ScanSlots.Slot slot,
                long deadlineNanos) {
            this.connection = connection;
            this.place = place;
            this.upload = upload;
            this.slot = slot;
            this.deadlineNanos = deadlineNanos;
        }

        @Override
        public synchronized void check(long nowNanos) {
            if (ended) {
                return;
            }
            boolean late = nowNanos - deadlineNanos >= 0;
            if (late) {
                log.warn("clamd has not ended a scan in its time; its slot is given to others");
            }
            if (late || isAnswered()) {
                end();
            }
        }

        @GuardedBy("this")
        private boolean isAnswered() {
            try {
                return connection.readNow(answer.clear()) != 0;
            } catch (IOException _) {
                return true;
            }
        }

        synchronized void end() {
            if (ended) {
                return;
            }
            ended = true;
            watchdog.unwatch(this);
            scans.remove(this);
            connection.close();
            slot.close();
            upload.close();
            place.close();
        }
    }
}
