package clamd.vproxy.supervisor.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A guest that keeps fifty connections busy with slow, stalled, large, malformed and costly
 * streams, each on a thread of its own, and opens the next one when one is ended. Confined to the
 * test's thread.
 */
public final class HostileGuest implements AutoCloseable {
    private static final int ARCHIVE_ENTRIES = 10;
    private static final int ENTRY_BYTES = 16 << 20;

    private final Path socket;
    private final byte[] archive;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final List<CountDownLatch> begun = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final AtomicInteger archivesScanned = new AtomicInteger();

    /** What is done with one connection. */
    private interface Attack {
        void on(GuestClient client) throws IOException, InterruptedException;
    }

    /**
     * A guest that does nothing yet.
     *
     * @param socket where it connects to
     * @param archive what costs clamd much
     */
    public HostileGuest(Path socket, byte[] archive) {
        this.socket = socket;
        this.archive = archive.clone();
    }

    /** A zip in a zip: small to send, 160 MiB to scan. */
    public static byte[] slowArchive() throws IOException {
        byte[] zeros = new byte[ENTRY_BYTES];
        ByteArrayOutputStream inner = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(inner)) {
            for (int i = 0; i < ARCHIVE_ENTRIES; i++) {
                zip.putNextEntry(new ZipEntry("zeros-" + i));
                zip.write(zeros);
                zip.closeEntry();
            }
        }
        ByteArrayOutputStream outer = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(outer)) {
            zip.putNextEntry(new ZipEntry("inner.zip"));
            zip.write(inner.toByteArray());
            zip.closeEntry();
        }
        return outer.toByteArray();
    }

    /** Begins on fifty connections: slow, stalled, large, malformed and costly ones. */
    public void attacks() {
        begin(5, this::trickles);
        stallsOn(7);
        begin(8, this::sendsMuch);
        begin(10, this::sendsNonsense);
        begin(20, this::sendsTheArchive);
    }

    /** Begins as many streams that stall within a chunk. */
    public void stallsOn(int connections) {
        begin(connections, this::stalls);
    }

    /** Waits until each connection has been used once. */
    public void awaitAllBegun() throws InterruptedException {
        for (CountDownLatch each : begun) {
            if (!each.await(30, TimeUnit.SECONDS)) {
                throw new AssertionError("not all connections of the hostile guest began");
            }
        }
    }

    /** How many archives clamd has answered for. */
    public int archivesScanned() {
        return archivesScanned.get();
    }

    private void begin(int connections, Attack attack) {
        for (int i = 0; i < connections; i++) {
            CountDownLatch first = new CountDownLatch(1);
            begun.add(first);
            threads.add(Thread.ofPlatform().daemon().start(() -> repeat(attack, first)));
        }
    }

    private void repeat(Attack attack, CountDownLatch first) {
        try {
            do {
                try (GuestClient client = GuestClient.at(socket)) {
                    client.says("zINSTREAM\0");
                    first.countDown();
                    attack.on(client);
                } catch (IOException _) {
                    // refused or ended by the proxy, as it may: the next one follows
                }
            } while (!stop.await(20, TimeUnit.MILLISECONDS));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void trickles(GuestClient client) throws IOException, InterruptedException {
        do {
            client.chunk(new byte[1]);
        } while (!stop.await(100, TimeUnit.MILLISECONDS));
    }

    private void stalls(GuestClient client) throws IOException {
        client.begins(1000, new byte[10]).hears();
    }

    private void sendsMuch(GuestClient client) throws IOException {
        byte[] chunk = new byte[64 << 10];
        for (int i = 0; i < 128; i++) {
            client.chunk(chunk);
        }
        client.end().hears();
    }

    private void sendsNonsense(GuestClient client) throws IOException {
        client.begins(-1, new byte[4096]).hears();
    }

    private void sendsTheArchive(GuestClient client) throws IOException {
        if (client.chunk(archive).end().hears().equals("stream: OK\0")) {
            archivesScanned.incrementAndGet();
        }
    }

    /** Ends all connections. */
    @Override
    public void close() {
        stop.countDown();
        // an interrupt closes the channel that a thread blocks on
        threads.forEach(Thread::interrupt);
        try {
            for (Thread thread : threads) {
                thread.join(10_000);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
