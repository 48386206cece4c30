package clamd.vproxy.worker.benchmark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * One contender of the scan storm: the path of every guest to a clamd.
 *
 * @param stage the stage with that clamd
 * @param program the proxy in between; null if there is none
 * @param socketOf where a guest connects, from 1
 */
record StormLane(String name, Stage stage, @Nullable Program program, IntFunction<Path> socketOf) {
    /** How many files are scanned at once. */
    private static final int CLIENTS = 8;

    /** One file of one guest. */
    record Scan(int guest, int file) {}

    /**
     * The costs of a number of scans.
     *
     * @param clamdSeconds processor time of clamd
     * @param ownSeconds processor time of the proxy
     */
    record Cost(Latencies latencies, int scans, double clamdSeconds, double ownSeconds) {
        static Cost together(List<Cost> costs) {
            return new Cost(
                    Latencies.together(costs.stream().map(Cost::latencies).toList()),
                    costs.stream().mapToInt(Cost::scans).sum(),
                    costs.stream().mapToDouble(Cost::clamdSeconds).sum(),
                    costs.stream().mapToDouble(Cost::ownSeconds).sum());
        }

        /** Processor time of a scan, in seconds. */
        double secondsPerScan() {
            return (clamdSeconds + ownSeconds) / scans;
        }
    }

    /** Scans these files, which must all be clean. */
    Cost sweep(StormTree tree, List<Scan> scans, ExecutorService threads) throws IOException {
        long[] nanos = new long[scans.size()];
        AtomicInteger next = new AtomicInteger();
        List<Callable<Void>> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(() -> {
                for (int at = next.getAndIncrement();
                        at < nanos.length;
                        at = next.getAndIncrement()) {
                    nanos[at] = scan(scans.get(at), tree);
                }
                return null;
            });
        }
        double clamd = stage.clamdCpuSeconds();
        double own = ownCpuSeconds();
        long begin = System.nanoTime();
        try {
            for (Future<Void> client : threads.invokeAll(clients)) {
                client.get();
            }
        } catch (ExecutionException e) {
            throw new IOException(name + ": a scan failed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        return new Cost(
                new Latencies(nanos, seconds),
                nanos.length,
                stage.clamdCpuSeconds() - clamd,
                ownCpuSeconds() - own);
    }

    private long scan(Scan scan, StormTree tree) throws IOException {
        ByteBuffer request = tree.request(scan.file());
        long begin = System.nanoTime();
        try (SocketChannel channel = Request.connect(socketOf.apply(scan.guest()))) {
            Request.write(channel, request);
            Request.expect(channel, "stream: OK\0");
        }
        return System.nanoTime() - begin;
    }

    private double ownCpuSeconds() throws IOException {
        return program == null ? 0 : program.cpuSeconds();
    }
}
