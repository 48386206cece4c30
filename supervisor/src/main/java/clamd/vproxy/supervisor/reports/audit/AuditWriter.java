package clamd.vproxy.supervisor.reports.audit;

import clamd.vproxy.supervisor.base.threads.SupervisorThreads;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes records in the order in which they arrive. Only the thread {@code audit-file} waits for
 * the disk; a session with a detection waits for that thread, so that all detections that arrive
 * during a disk access are forced to the disk together.
 *
 * <p>A disk that is full or broken costs records, never a session: a record that cannot be written
 * is counted, logged once, shown in the status, and reported in the next record that can be
 * written. A disk that hangs delays the waiting sessions by a few seconds once; then no session
 * waits until the disk works again.
 *
 * <p>Thread-safe, guarded by itself.
 */
final class AuditWriter implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AuditWriter.class);

    /** How long a session waits for the disk, and a stop for the last records. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** How many records may wait, some 2 KB each; so many wait only if the disk hangs. */
    private static final int MOST_WAITING = 10_000;

    private record Waiting(AuditRecord record, long sequence, CountDownLatch done) {}

    private final AuditFile file;
    private final OcsfFormat format;
    private final Clock clock;
    private final Duration patience;
    private final Thread thread;

    @GuardedBy("this")
    private Queue<Waiting> waiting = new ArrayDeque<>();

    @GuardedBy("this")
    private boolean closing;

    @GuardedBy("this")
    private Optional<Instant> failingSince = Optional.empty();

    @GuardedBy("this")
    private Optional<String> lastError = Optional.empty();

    @GuardedBy("this")
    private long written;

    @GuardedBy("this")
    private long lost;

    /** The number of lost records that no later record has reported yet. */
    @GuardedBy("this")
    private long lostUntold;

    /** Whether a session has waited in vain and the writer has not finished a batch since. */
    private volatile boolean hanging;

    /** The number of the last record that arrived; lost records have numbers, too. */
    @GuardedBy("this")
    private long sequence;

    /** Starts a writer with the usual patience. */
    AuditWriter(AuditFile file, OcsfFormat format, Clock clock) {
        this(file, format, clock, PATIENCE);
    }

    /** Starts a writer that waits for the disk for at most {@code patience}. */
    AuditWriter(AuditFile file, OcsfFormat format, Clock clock, Duration patience) {
        this.file = file;
        this.format = format;
        this.clock = clock;
        this.patience = patience;
        this.thread = SupervisorThreads.start("audit-file", this::run);
    }

    /**
     * Writes a record. If it must be forced, returns when it is on the disk, or when writing it
     * failed or took too long.
     */
    void write(AuditRecord record) {
        Optional<Waiting> added = offer(record);
        if (added.isEmpty() || !record.isToBeForced() || hanging) {
            return;
        }
        try {
            if (!added.get().done.await(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                hangs(added.get());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized Optional<Waiting> offer(AuditRecord record) {
        sequence++;
        if (closing || waiting.size() >= MOST_WAITING) {
            lose();
            fail(closing ? "it is closed" : "its disk does not keep up");
            return Optional.empty();
        }
        Waiting added = new Waiting(record, sequence, new CountDownLatch(1));
        waiting.add(added);
        notifyAll();
        return Optional.of(added);
    }

    /** Records that the disk hangs, unless the writer has finished in the last moment. */
    private synchronized void hangs(Waiting waitedFor) {
        if (waitedFor.done.getCount() > 0) {
            hanging = true;
            fail("the disk of %s hangs".formatted(file.path()));
        }
    }

    private void run() {
        for (Queue<Waiting> batch = take(); !batch.isEmpty(); batch = take()) {
            boolean all = writeAll(batch);
            done(batch, all);
        }
    }

    private synchronized void done(Queue<Waiting> batch, boolean all) {
        hanging = false;
        batch.forEach(each -> each.done.countDown());
        if (all) {
            recover();
        }
    }

    /** Waits for records and takes all of them; returns none at the end. */
    private synchronized Queue<Waiting> take() {
        while (waiting.isEmpty() && !closing) {
            try {
                wait();
            } catch (InterruptedException e) {
                throw new IllegalStateException("nobody interrupts this thread", e);
            }
        }
        Queue<Waiting> batch = waiting;
        waiting = new ArrayDeque<>();
        return batch;
    }

    /**
     * Writes a batch; returns whether all of it is in the file, and on the disk if it must be
     * forced.
     */
    private boolean writeAll(Queue<Waiting> batch) {
        List<AuditRecord> inFile = new ArrayList<>();
        for (Waiting each : batch) {
            if (write(each, lostUntold())) {
                inFile.add(each.record);
            }
        }
        if (inFile.stream().anyMatch(AuditRecord::isToBeForced)) {
            try {
                file.force();
            } catch (IOException e) {
                fail("the last records may not outlive a crash, " + e.getMessage());
                return false;
            }
        }
        return inFile.size() == batch.size();
    }

    private boolean write(Waiting each, long untold) {
        try {
            file.append(format.line(each.record, each.sequence, untold));
            told(untold);
            return true;
        } catch (IOException e) {
            lose();
            fail("" + e.getMessage());
        } catch (RuntimeException e) {
            lose();
            fail("a defect of ours, " + e);
            log.error("{} cannot be written", each.record, e);
        }
        return false;
    }

    private synchronized long lostUntold() {
        return lostUntold;
    }

    private synchronized void told(long untold) {
        written++;
        lostUntold -= untold;
    }

    private synchronized void lose() {
        lost++;
        lostUntold++;
    }

    private synchronized void fail(String reason) {
        if (failingSince.isEmpty()) {
            log.error(
                    "what was found and blocked cannot be written to {}, and goes on without that:"
                            + " {}",
                    file.path(),
                    reason);
            failingSince = Optional.of(clock.instant());
            lastError = Optional.of(reason);
        }
    }

    private synchronized void recover() {
        if (failingSince.isPresent()) {
            log.warn("{} is written again; records lost so far: {}", file.path(), lost);
            failingSince = Optional.empty();
            lastError = Optional.empty();
        }
    }

    /** Returns the current status of the file. */
    synchronized AuditStatus status() {
        return new AuditStatus(file.path(), written, lost, failingSince, lastError);
    }

    /** Writes the remaining records, for a few seconds at most; later records are lost. */
    @Override
    public void close() throws IOException {
        synchronized (this) {
            closing = true;
            notifyAll();
        }
        try {
            if (!thread.join(patience)) {
                log.error("{} cannot be written to its end; left behind", file.path());
                return;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return;
        }
        file.close();
    }
}
