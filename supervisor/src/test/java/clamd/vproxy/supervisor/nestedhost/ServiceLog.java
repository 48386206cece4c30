package clamd.vproxy.supervisor.nestedhost;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the supervisor logs, followed in the journal. Thread-safe. */
final class ServiceLog implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(150);

    private final List<String> lines = new ArrayList<>();
    private final Process journal;
    private int mark;

    ServiceLog(String unit) throws IOException {
        journal =
                new ProcessBuilder("journalctl", "-u", unit, "-f", "-n", "all", "-o", "cat")
                        .redirectErrorStream(true)
                        .start();
        Thread.ofPlatform().daemon().name("service-log").start(this::follow);
    }

    /** From here on, only what is logged after this call is looked at. */
    synchronized void mark() {
        mark = lines.size();
    }

    /** Waits for a line that holds all these texts, and returns it. */
    synchronized String await(String... texts) throws InterruptedException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        String found = find(texts);
        while (found == null) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new AssertionError(
                        "no log line with %s; since the mark:%n%s"
                                .formatted(
                                        List.of(texts),
                                        String.join("\n", lines.subList(mark, lines.size()))));
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
            found = find(texts);
        }
        return found;
    }

    /** Waits for the end of a session of this guest that has all these texts in its line. */
    String awaitSession(GuestVm guest, String... texts) throws InterruptedException {
        return await(
                Stream.concat(
                                Stream.of(
                                        "session ended",
                                        "domain=\"%s\"".formatted(guest.name()),
                                        "uuid=\"%s\"".formatted(guest.uuid())),
                                Stream.of(texts))
                        .toArray(String[]::new));
    }

    /** Everything since the mark. */
    synchronized List<String> sinceMark() {
        return List.copyOf(lines.subList(mark, lines.size()));
    }

    @Override
    public void close() {
        journal.destroy();
    }

    private @Nullable String find(String... texts) {
        return lines.subList(mark, lines.size()).stream()
                .filter(line -> Stream.of(texts).allMatch(line::contains))
                .findFirst()
                .orElse(null);
    }

    private void follow() {
        try (BufferedReader reader = journal.inputReader(UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                add(line);
            }
        } catch (IOException _) {
            // closed
        }
    }

    private synchronized void add(String line) {
        lines.add(line);
        notifyAll();
    }
}
