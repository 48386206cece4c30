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
 * The scans whose sessions have ended before them: the guest was stopped, or its time was over.
 * clamd goes on scanning what it has, so slot and permit stay taken until it answers or closes, and
 * the connections, on which that is to be seen, are kept here.
 *
 * <p>They need no thread: the {@link Watchdog} looks at each ten times a second. There are never
 * more of them than scan slots.
 *
 * <p>Thread-safe; each scan is guarded by itself.
 */
public final class AbandonedScans implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AbandonedScans.class);

    /** clamd's answer is only waited for, not read. */
    private static final int ENOUGH_BYTES = 16;

    private final Watchdog watchdog;
    private final Set<Scan> scans = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** None yet; {@code watchdog} will look at those that come. */
    public AbandonedScans(Watchdog watchdog) {
        this.watchdog = watchdog;
    }

    /**
     * Owns {@code connection} from now on, and keeps slot, room in the spool and permit until clamd
     * is done.
     *
     * @param deadlineNanos when clamd cannot be scanning any more, on the watchdog's clock
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

    /** How many there are. */
    public int count() {
        return scans.size();
    }

    /** Ends all of them, and those that still come: the process is about to end. */
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
