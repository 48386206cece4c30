package clamd.vproxy.supervisor.reports.log;

import clamd.vproxy.supervisor.base.threads.SupervisorThreads;
import clamd.vproxy.supervisor.base.threads.SystemClock;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Writes lines on a thread of its own, {@code log-writer}, so that a full disk or a reader that
 * does not read never blocks a logging thread. A partially written line is completed before any
 * other. Lines that do not fit into the queue are lost and counted; lines of infected streams have
 * four times the room of others, so they are lost last.
 *
 * <p>Thread-safe, guarded by itself.
 */
final class LogWriter {
    /** The most bytes of lines that may be queued. */
    static final int MOST_BYTES = 4 << 20;

    /** The most bytes that may be queued when lines of infected streams are among them. */
    static final int MOST_BYTES_WITH_DETECTIONS = 4 * MOST_BYTES;

    /** The log is reported as stuck when one line takes longer than this. */
    static final Duration STUCK_AFTER = Duration.ofSeconds(5);

    private static final Duration RETRY_INTERVAL = Duration.ofMillis(500);

    private final WritableByteChannel output;
    private final LostLines lostLines;
    private final InstantSource clock;

    @GuardedBy("this")
    private final ArrayDeque<byte[]> queue = new ArrayDeque<>();

    @GuardedBy("this")
    private long queuedBytes;

    /** When the writing of the current line began. */
    @GuardedBy("this")
    private @Nullable Instant writingSince;

    @GuardedBy("this")
    private Optional<String> failure = Optional.empty();

    @GuardedBy("this")
    private long lost;

    @GuardedBy("this")
    private long lostDetections;

    /** How many of {@link #lost}, and likewise of {@link #lostDetections}, a line has reported. */
    @GuardedBy("this")
    private long told;

    @GuardedBy("this")
    private long toldDetections;

    /** Creates the line that reports lost lines. */
    @FunctionalInterface
    interface LostLines {
        byte[] line(long lines, long detections);
    }

    /**
     * Starts the thread.
     *
     * @param clock the wall clock
     */
    LogWriter(WritableByteChannel output, LostLines lostLines, InstantSource clock) {
        this.output = output;
        this.lostLines = lostLines;
        this.clock = clock;
        SupervisorThreads.start("log-writer", this::run);
    }

    /**
     * Queues a line, or counts it as lost.
     *
     * @param detection whether the line reports an infected stream
     */
    synchronized void add(byte[] line, boolean detection) {
        int most = detection ? MOST_BYTES_WITH_DETECTIONS : MOST_BYTES;
        if (queuedBytes + line.length > most) {
            lost++;
            lostDetections += detection ? 1 : 0;
            return;
        }
        queue.add(line);
        queuedBytes += line.length;
        notifyAll();
    }

    private void run() {
        try {
            while (true) {
                write(ByteBuffer.wrap(next()));
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        }
    }

    private synchronized byte[] next() throws InterruptedException {
        writingSince = null;
        notifyAll();
        while (queue.isEmpty() && lost == told) {
            wait();
        }
        writingSince = clock.instant();
        byte[] line = queue.poll();
        if (line != null) {
            queuedBytes -= line.length;
            return line;
        }
        // the queue is empty now, so the notice follows all lines that were queued before the loss
        byte[] notice = lostLines.line(lost - told, lostDetections - toldDetections);
        told = lost;
        toldDetections = lostDetections;
        return notice;
    }

    private void write(ByteBuffer line) {
        while (line.hasRemaining()) {
            try {
                int _ = output.write(line);
                failed(Optional.empty());
            } catch (IOException e) {
                failed(Optional.of(String.valueOf(e.getMessage())));
                LockSupport.parkNanos(RETRY_INTERVAL.toNanos());
            }
        }
    }

    private synchronized void failed(Optional<String> reason) {
        failure = reason;
    }

    /** Returns whether lines can be written, and how many were lost. */
    synchronized LogStatus status() {
        Instant longAgo = clock.instant().minus(STUCK_AFTER);
        Optional<Instant> since = Optional.ofNullable(writingSince).filter(longAgo::isAfter);
        return new LogStatus(lost, lostDetections, since, failure);
    }

    /** Waits until all lines are written, for at most this long. */
    synchronized void flush(Duration limit) throws InterruptedException {
        long deadline = SystemClock.nanoTime() + limit.toNanos();
        while (!queue.isEmpty() || writingSince != null || lost != told) {
            long left = deadline - SystemClock.nanoTime();
            if (left <= 0) {
                return;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }
}
