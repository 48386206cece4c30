package clamd.vproxy.supervisor.connections.listen;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.LogTap;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.supervisor.testing.TestGuest;
import clamd.vproxy.worker.net.StreamSocket;
import clamd.vproxy.worker.testing.Eventually;
import clamd.vproxy.worker.testing.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What the tests of {@link HybridSockets} share. */
abstract class HybridSocketsFixture {
    static final Duration REPAIR_INTERVAL = Duration.ofSeconds(2);
    static final Guest VM = new TestGuest("vm", 3).inRun(1);
    final ManualClock clock = new ManualClock();
    final BlockingQueue<Accepted> accepted = new LinkedBlockingQueue<>();
    TemporaryFolder folder;
    LogTap log;

    record Accepted(Guest guest, StreamSocket socket) {}

    @BeforeEach
    void makeFolder() throws Exception {
        folder = TemporaryFolder.create();
        log = LogTap.on("clamd.vproxy.supervisor.connections.listen");
    }

    @AfterEach
    void removeFolder() throws Exception {
        accepted.forEach(each -> each.socket().close());
        log.close();
        folder.close();
    }

    HybridSockets open(String template, SocketOwner owner) throws IOException {
        return open(template, owner, ListenerStore.NONE);
    }

    HybridSockets open(String template, SocketOwner owner, ListenerStore store) throws IOException {
        return new HybridSockets(
                new HybridTemplate(folder.path() + template),
                3400,
                owner,
                (guest, socket) -> accepted.add(new Accepted(guest, socket)),
                store,
                clock);
    }

    HybridSockets open() throws IOException {
        return open("/{name}", SocketOwner.OURSELVES);
    }

    Path vmSocket() {
        return folder.path().resolve("vm_3400");
    }

    /**
     * Lets the time of a repair come and waits until it is over. One more guest tells: its socket
     * is missing and comes back.
     */
    void repair(HybridSockets sockets) throws Exception {
        Path there = folder.path().resolve("witness/s_3400");
        Files.deleteIfExists(there);
        clock.advance(REPAIR_INTERVAL);
        sockets.awaitReported();
        Eventually.holds("a repair", () -> Files.exists(there));
        sockets.awaitReported();
    }

    HybridSockets openWithWitness() throws Exception {
        Files.createDirectory(folder.path().resolve("witness"));
        HybridSockets sockets = open("/{name}/s", SocketOwner.OURSELVES);
        sockets.started(new TestGuest("witness", 1000).inRun(1000));
        return sockets;
    }

    void assertConnects(Path socket, Guest guest) throws Exception {
        try (GuestClient _ = GuestClient.at(socket)) {
            Accepted next = accepted.poll(30, TimeUnit.SECONDS);
            assertThat(next).isNotNull();
            next.socket().close();
            assertThat(next.guest()).isEqualTo(guest);
        }
    }

    List<String> complaints() {
        return log.lines().stream()
                .filter(line -> line.level().isGreaterOrEqual(Level.WARN))
                .map(LogTap.Line::message)
                .toList();
    }

    /** The files in a folder, except the lock, which stays. */
    List<String> files(Path in) throws IOException {
        try (Stream<Path> all = Files.list(in)) {
            return all.map(path -> path.getFileName().toString())
                    .filter(name -> !name.endsWith(".lock"))
                    .sorted()
                    .toList();
        }
    }
}
