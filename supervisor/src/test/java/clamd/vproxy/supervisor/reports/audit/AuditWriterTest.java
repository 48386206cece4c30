package clamd.vproxy.supervisor.reports.audit;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.testing.LogTap;
import clamd.vproxy.worker.testing.Eventually;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Records on their way to disks that work and disks that do not. */
@Timeout(60)
class AuditWriterTest {
    private static final Clock CLOCK = Clock.fixed(Records.AT, ZoneOffset.UTC);

    @TempDir private Path folder;
    private final FaultyChannel.Disk disk = new FaultyChannel.Disk();
    private final LogTap log = LogTap.on(AuditWriter.class.getName());
    private AuditWriter writer;

    @BeforeEach
    void open() throws IOException {
        writer = writer(Duration.ofSeconds(30));
    }

    private AuditWriter writer(Duration patience) throws IOException {
        Path name = folder.resolve("audit-" + patience.toMillis() + ".log");
        AuditFile file = AuditFile.open(new AuditSettings(name, 0, 1), disk.opener());
        return new AuditWriter(file, new OcsfFormat("1.0"), CLOCK, patience);
    }

    @AfterEach
    void close() throws IOException {
        disk.forcing = () -> {};
        writer.close();
        log.close();
    }

    private static AuditRecord detection() {
        return Records.detection("web-1", "Eicar");
    }

    private static AuditRecord blocked() {
        return Records.blocked("web-1", "SHUTDOWN", 0);
    }

    private List<JsonNode> events() throws IOException {
        List<JsonNode> events = new ArrayList<>();
        for (String line : Files.readAllLines(writer.status().file())) {
            events.add(OcsfSchema.valid(line));
        }
        return events;
    }

    @Test
    void aDetectionIsOnTheDiskWhenTheWriterReturns() throws Exception {
        AtomicInteger forced = new AtomicInteger();
        disk.forcing = forced::incrementAndGet;

        writer.write(detection());

        assertThat(forced).hasValue(1);
        assertThat(events()).hasSize(1);
    }

    @Test
    void aBlockedCommandIsWrittenAndNotWaitedFor() throws Exception {
        AtomicInteger forced = new AtomicInteger();
        disk.forcing = forced::incrementAndGet;

        writer.write(blocked());

        Eventually.holds("written", () -> writer.status().written() == 1);
        assertThat(forced).hasValue(0);
    }

    @Test
    void detectionsThatComeWhileTheDiskWorksAreForcedTogether() throws Exception {
        CountDownLatch working = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger forced = new AtomicInteger();
        disk.forcing =
                () -> {
                    forced.incrementAndGet();
                    working.countDown();
                    await(goOn);
                };
        List<Thread> sessions = new ArrayList<>();
        sessions.add(Thread.ofPlatform().start(() -> writer.write(detection())));
        working.await();
        for (int i = 0; i < 20; i++) {
            sessions.add(Thread.ofPlatform().start(() -> writer.write(detection())));
        }
        Eventually.holds(
                "all wait",
                () ->
                        sessions.stream()
                                .allMatch(each -> each.getState() == Thread.State.TIMED_WAITING));
        goOn.countDown();
        for (Thread session : sessions) {
            session.join();
        }

        assertThat(forced).hasValue(2);
        assertThat(events())
                .extracting(event -> event.at("/metadata/sequence").asInt())
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 21).boxed().toList());
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void aFullDiskLosesRecordsLoudlyAndTheNextOneTellsHowMany() throws Exception {
        writer.write(detection());
        disk.room = 100;
        writer.write(detection());
        writer.write(detection());

        AuditStatus status = writer.status();
        assertThat(status.lost()).isEqualTo(2);
        assertThat(status.failingSince()).contains(Records.AT);
        assertThat(status.lastError()).isPresent();
        assertThat(log.lines()).hasSize(1);
        assertThat(log.next().message()).contains("cannot be written", "is its disk full?");

        disk.room = 100_000;
        writer.write(detection());
        writer.write(detection());

        assertThat(writer.status().failingSince()).isEmpty();
        assertThat(log.next().message()).contains("written again", "lost so far: 2");
        assertThat(events())
                .extracting(event -> event.at("/unmapped/records_lost").asInt())
                .containsExactly(0, 2, 0);
        assertThat(events())
                .extracting(event -> event.at("/metadata/sequence").asInt())
                .containsExactly(1, 4, 5);
    }

    @Test
    void aRecordForWhichThereIsNoRoomInMemoryLeavesAGapInTheSequence() throws Exception {
        CountDownLatch working = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        disk.forcing =
                () -> {
                    working.countDown();
                    await(goOn);
                };
        Thread session = Thread.ofPlatform().start(() -> writer.write(detection()));
        working.await();
        while (writer.status().lost() < 3) {
            writer.write(blocked());
        }
        long most = 10_000;
        goOn.countDown();
        session.join();
        Eventually.holds("written", () -> writer.status().written() == 1 + most);
        writer.write(detection());

        List<JsonNode> events = events();
        assertThat(events.getLast().at("/metadata/sequence").asLong()).isEqualTo(1 + most + 3 + 1);
    }

    @Test
    void aDiskThatCannotForceIsSaid() throws Exception {
        disk.forcing =
                () -> {
                    throw new IOException("Input/output error");
                };
        writer.write(detection());

        assertThat(writer.status().lastError().orElseThrow())
                .contains("may not outlive a crash", "Input/output error");
        disk.forcing = () -> {};
        writer.write(detection());
        assertThat(writer.status().failingSince()).isEmpty();
        assertThat(events()).hasSize(2);
    }

    @Test
    void aDiskThatHangsKeepsASessionForAMomentAndTheNextOnesNotAtAll() throws Exception {
        writer.close();
        writer = writer(Duration.ofMillis(100));
        CountDownLatch goOn = new CountDownLatch(1);
        disk.forcing = () -> await(goOn);

        for (int i = 0; i < 200; i++) {
            // more than a minute in all if each of them waited its time
            writer.write(detection());
        }

        assertThat(writer.status().lastError().orElseThrow()).contains("hangs");
        goOn.countDown();
        Eventually.holds("all written", () -> writer.status().written() == 200);
        Eventually.holds("written again", () -> writer.status().failingSince().isEmpty());
        assertThat(writer.status().lost()).isZero();
        assertThat(events()).hasSize(200);
    }

    @Test
    void whatComesAfterTheEndIsCountedAsLost() throws Exception {
        writer.write(blocked());
        writer.close();

        writer.write(detection());

        assertThat(writer.status().written()).isEqualTo(1);
        assertThat(writer.status().lost()).isEqualTo(1);
    }
}
