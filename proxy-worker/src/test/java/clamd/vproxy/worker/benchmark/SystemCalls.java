package clamd.vproxy.worker.benchmark;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Counts the system calls of each contender for a small request, by strace(1), and how often its
 * threads waited. One client asks, one request after the other.
 */
final class SystemCalls {
    private static final int WARM_UP = 3000;
    private static final int REQUESTS = 500;

    /** Calls rarer than this are the contender's own business, such as its collector's. */
    private static final double LEAST = 0.1;

    private static final long ATTACH_SECONDS = 10;

    private final Path folder;
    private final List<List<String>> rows = new ArrayList<>();

    SystemCalls(Path folder) {
        this.folder = folder;
    }

    void measure(Contender contender) throws IOException {
        Program program = contender.program();
        if (program == null) {
            return;
        }
        for (Request request : List.of(Request.PING, Request.SMALL_FILE)) {
            ask(contender, request, WARM_UP);
            long before = program.waits();
            ask(contender, request, REQUESTS);
            double waits = (program.waits() - before) / (double) REQUESTS;
            Map<String, Double> calls = traced(contender, program, request);
            double all = calls.values().stream().mapToDouble(Double::doubleValue).sum();
            List<String> named =
                    calls.entrySet().stream()
                            .filter(call -> call.getValue() >= LEAST)
                            .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                            .map(call -> Text.format("%s %.1f", call.getKey(), call.getValue()))
                            .toList();
            rows.add(
                    List.of(
                            request.name(),
                            contender.name(),
                            Text.format("%.1f", all),
                            Text.format("%.1f", waits),
                            String.join(", ", named)));
        }
    }

    private static void ask(Contender contender, Request request, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            try (SocketChannel channel = Request.connect(contender.socket())) {
                request.exchange(channel);
            }
        }
    }

    private Map<String, Double> traced(Contender contender, Program program, Request request)
            throws IOException {
        Path summary = folder.resolve("strace");
        Process strace =
                new ProcessBuilder(
                                "strace",
                                "-qq",
                                "-c",
                                "-f",
                                "-o",
                                summary.toString(),
                                "-p",
                                Long.toString(program.pid()))
                        .inheritIO()
                        .start();
        try {
            awaitTraced(program.pid(), strace);
            ask(contender, request, REQUESTS);
        } finally {
            strace.destroy();
        }
        try {
            if (!strace.waitFor(ATTACH_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("strace does not end");
            }
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
        return counts(summary);
    }

    /** Waits until each thread has a tracer (proc_pid_status(5)). */
    private static void awaitTraced(long pid, Process strace) throws IOException {
        long begin = System.nanoTime();
        while (!isTraced(pid)) {
            if (!strace.isAlive() || System.nanoTime() - begin > ATTACH_SECONDS * 1_000_000_000) {
                throw new IOException("strace does not attach to process " + pid);
            }
            LockSupport.parkNanos(10_000_000);
        }
    }

    private static boolean isTraced(long pid) throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            for (Path task : tasks.toList()) {
                if (Files.readString(task.resolve("status")).contains("TracerPid:\t0\n")) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Reads lines such as {@code 12.50 0.000123 0 500 2 accept4}; errors may be missing. */
    private static Map<String, Double> counts(Path summary) throws IOException {
        Map<String, Double> counts = new TreeMap<>();
        for (String line : Files.readAllLines(summary)) {
            String[] fields = line.strip().split("\\s+", -1);
            String name = fields[fields.length - 1];
            if (fields.length >= 5 && fields[3].matches("\\d+") && !name.equals("total")) {
                counts.put(name, Double.parseDouble(fields[3]) / REQUESTS);
            }
        }
        return counts;
    }

    void report(Report report) {
        report.table(
                List.of(
                        "request",
                        "contender",
                        "system calls",
                        "waits of its threads",
                        "system calls by name"),
                rows);
    }
}
