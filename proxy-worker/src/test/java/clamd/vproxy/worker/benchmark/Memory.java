package clamd.vproxy.worker.benchmark;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * What a contender keeps resident: idle, with idle connections, and with connections in the middle
 * of a stream. What the kernel keeps for sockets and threads is not in these figures.
 */
final class Memory {
    private static final int CONNECTIONS = 1000;
    private static final double MEBIBYTE = 1 << 20;
    private static final double KIBIBYTE = 1 << 10;
    private static final int PINGS = 200;

    /**
     * Until a contender has taken in what was sent to it; longer than the launcher lets the JVM
     * keep native memory that it does not use.
     */
    private static final Duration SETTLING = Duration.ofSeconds(8);

    private final List<List<String>> rows = new ArrayList<>();

    /** What the last {@link #measure} found, in bytes. */
    record Found(long idle, double perIdleConnection, double perStream) {}

    /** Measures a contender that has just been started. */
    Found measure(Contender contender) throws IOException {
        Program program = contender.program();
        if (program == null) {
            throw new IllegalArgumentException("nothing stands between");
        }
        for (int i = 0; i < PINGS; i++) {
            try (var channel = Request.connect(contender.socket())) {
                Request.PING.exchange(channel);
            }
        }
        long idle = settled(program);
        long connected;
        long streaming;
        try (Crowd crowd = new Crowd()) {
            for (int i = 0; i < CONNECTIONS; i++) {
                crowd.connect(contender.socket());
            }
            connected = settled(program);
            crowd.beginStreams();
            streaming = settled(program);
        }
        Found found =
                new Found(
                        idle,
                        (connected - idle) / (double) CONNECTIONS,
                        (streaming - idle) / (double) CONNECTIONS);
        rows.add(
                List.of(
                        contender.name(),
                        Text.format("%.0f", idle / MEBIBYTE),
                        Text.format("%.0f", connected / MEBIBYTE),
                        Text.format("%.0f", found.perIdleConnection() / KIBIBYTE),
                        Text.format("%.0f", streaming / MEBIBYTE),
                        Text.format("%.0f", found.perStream() / KIBIBYTE)));
        return found;
    }

    private static long settled(Program program) throws IOException {
        LockSupport.parkNanos(SETTLING.toNanos());
        return program.residentBytes();
    }

    void report(Report report) {
        report.table(
                List.of(
                        "contender",
                        "idle, MiB",
                        "1,000 idle connections, MiB",
                        "each, KiB",
                        "1,000 streams, MiB",
                        "each, KiB"),
                rows);
    }

    static void aims(Report report, Found found) {
        report.aim(
                new Aim(
                        "resident, idle",
                        "≤ 64 MiB",
                        Text.format("%.0f MiB", found.idle() / MEBIBYTE),
                        found.idle() <= 64 * MEBIBYTE));
        report.aim(
                new Aim(
                        "resident for each of 1,000 idle connections",
                        "≤ 48 KiB",
                        Text.format("%.0f KiB", found.perIdleConnection() / KIBIBYTE),
                        found.perIdleConnection() <= 48 * KIBIBYTE));
    }
}
