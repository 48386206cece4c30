package clamd.vproxy.supervisor.soak;

import clamd.vproxy.supervisor.testing.GuestClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/** The programs in the guests, which count what they hear. Confined to one thread. */
final class SoakClients implements AutoCloseable {
    private static final int CLIENTS = 24;

    private final Path folder;
    private final List<Random> randoms = new ArrayList<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
    private final Tally heard = new Tally();
    private final Tally begun = new Tally();
    private final Tally kinds = new Tally();
    private final Queue<String> violations = new ConcurrentLinkedQueue<>();

    /**
     * @param folder where the guests' sockets are
     */
    SoakClients(Path folder, long seed) {
        this.folder = folder;
        for (int client = 0; client < CLIENTS; client++) {
            randoms.add(new Random(seed + client));
        }
    }

    /** Has this many sessions begin and end. */
    void run(long sessions) throws Exception {
        AtomicLong left = new AtomicLong(sessions);
        List<Future<?>> clients = new ArrayList<>();
        for (Random random : randoms) {
            clients.add(threads.submit(() -> work(left, random)));
        }
        for (Future<?> client : clients) {
            client.get();
        }
    }

    private void work(AtomicLong left, Random random) {
        while (left.getAndDecrement() > 0) {
            Kind kind = Kind.any(random);
            if (!session(kind, kind.anyGuest(random))) {
                left.incrementAndGet();
            }
        }
    }

    /** False if there was none, as the guest does not run. */
    private boolean session(Kind kind, String guest) {
        try (GuestClient client = GuestClient.at(folder.resolve(guest + "_" + SoakDaemon.PORT))) {
            begun.add(guest);
            kinds.add(kind.name());
            kind.act(client);
            if (!kind.leaves()) {
                String outcome = outcome(line(client));
                heard.add(guest + " " + outcome);
                if (!kind.allows(outcome)) {
                    violations.add(kind + " of " + guest + " heard '" + outcome + "'");
                }
            }
            return true;
        } catch (IOException e) {
            if (!SoakGuests.RESTARTED.contains(guest)) {
                violations.add(guest + " cannot connect: " + e);
            }
            return false;
        }
    }

    private static String line(GuestClient client) {
        try {
            return client.hearsLine();
        } catch (IOException _) {
            return "";
        }
    }

    private static String outcome(String line) {
        String text = line.isEmpty() ? "" : line.substring(0, line.length() - 1);
        return switch (text) {
            case "PONG" -> "pong";
            case "stream: OK" -> "clean";
            case "stream: Soak.Test FOUND" -> "infected";
            case SoakClamd.VERSION -> "version";
            case "Can't allocate memory. ERROR" -> "failed";
            default -> text;
        };
    }

    /** By guest and outcome, such as {@code a clean}. */
    Tally heard() {
        return heard;
    }

    /** Connections that were made, by guest. */
    Tally begun() {
        return begun;
    }

    /** Sessions by their kind. */
    Tally kinds() {
        return kinds;
    }

    /** What must not be. */
    List<String> violations() {
        return List.copyOf(violations);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
