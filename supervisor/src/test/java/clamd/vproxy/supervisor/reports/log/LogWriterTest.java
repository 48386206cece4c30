package clamd.vproxy.supervisor.reports.log;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.testing.Eventually;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LogWriterTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    private final Output output = new Output();
    private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
    private final LogWriter writer =
            new LogWriter(
                    output,
                    (lines, detections) -> bytes("lost " + lines + ", infected " + detections),
                    now::get);

    /** Takes what fits, and blocks or fails as a pipe or a disk does. Thread-safe. */
    private static final class Output implements WritableByteChannel {
        private final CountDownLatch opened = new CountDownLatch(1);

        @GuardedBy("this")
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();

        @GuardedBy("this")
        private long free = Long.MAX_VALUE;

        private volatile boolean blocks;

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            if (blocks) {
                await(opened);
            }
            synchronized (this) {
                if (free == 0) {
                    throw new IOException("No space left on device");
                }
                int count = (int) Math.min(free, bytes.remaining());
                byte[] part = new byte[count];
                bytes.get(part);
                taken.writeBytes(part);
                free -= count;
                return count;
            }
        }

        private static void await(CountDownLatch latch) throws IOException {
            try {
                latch.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        synchronized void setFree(long bytes) {
            free = bytes;
        }

        synchronized String text() {
            return taken.toString(US_ASCII);
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    private static byte[] bytes(String line) {
        return (line + "\n").getBytes(US_ASCII);
    }

    @Test
    void loggingDoesNotWaitForAnOutputThatBlocksAndDetectionsAreLostLast() throws Exception {
        output.blocks = true;
        String kilobyte = "x".repeat(1023);
        for (int line = 0; line < 5000; line++) {
            writer.add(bytes(kilobyte), false);
        }
        for (int line = 0; line < 10_000; line++) {
            writer.add(bytes("infected " + line), true);
        }
        assertThat(writer.status().lost()).isBetween(900L, 905L);
        assertThat(writer.status().lostDetections()).isZero();

        output.opened.countDown();
        writer.flush(LIMIT);
        assertThat(output.text().lines().filter(line -> line.startsWith("infected")).count())
                .isEqualTo(10_000);
        assertThat(output.text()).endsWith("lost " + writer.status().lost() + ", infected 0\n");
    }

    @Test
    void memoryIsBoundedForDetectionsToo() throws Exception {
        output.blocks = true;
        byte[] megabyte = bytes("x".repeat((1 << 20) - 1));
        for (int line = 0; line < 20; line++) {
            writer.add(megabyte, true);
        }
        assertThat(writer.status().lostDetections()).isBetween(3L, 4L);
        output.opened.countDown();
        writer.flush(LIMIT);
        assertThat(output.text()).endsWith("infected " + writer.status().lostDetections() + "\n");
    }

    @Test
    void aLineThatDidNotFitOnTheDiskIsCompletedBeforeTheNext() throws Exception {
        output.setFree(15);
        writer.add(bytes("one two three"), false);
        writer.add(bytes("four five six"), true);
        writer.add(bytes("seven"), false);
        Eventually.holds("a failure", () -> writer.status().lastError().isPresent());
        assertThat(output.text()).isEqualTo("one two three\nf");
        assertThat(writer.status().lastError()).contains("No space left on device");

        output.setFree(Long.MAX_VALUE);
        writer.flush(LIMIT);
        assertThat(output.text()).isEqualTo("one two three\nfour five six\nseven\n");
        assertThat(writer.status().lost()).isZero();
        assertThat(writer.status().lastError()).isEmpty();
    }

    @Test
    void theLogIsStuckWhenALineTakesFiveSeconds() throws Exception {
        output.blocks = true;
        writer.add(bytes("one"), false);
        Eventually.holds(
                "stuck",
                () -> {
                    now.set(NOON.plus(LogWriter.STUCK_AFTER).plusMillis(1));
                    boolean stuck = writer.status().stuckSince().isPresent();
                    now.set(NOON);
                    return stuck;
                });
        assertThat(writer.status().stuckSince()).isEmpty();

        output.opened.countDown();
        writer.flush(LIMIT);
        now.set(NOON.plusSeconds(60));
        assertThat(writer.status()).isEqualTo(LogStatus.WRITABLE);
    }

    @Test
    void aFlushEndsAfterItsLimit() throws Exception {
        output.blocks = true;
        writer.add(bytes("one"), false);
        writer.flush(Duration.ofMillis(50));
        assertThat(output.text()).isEmpty();
        output.opened.countDown();
    }
}
