package clamd.vproxy.worker.benchmark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Makes load on a contender's socket, with threads of its own. Confined to one thread. */
final class Load implements AutoCloseable {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MEBIBYTE = 1 << 20;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    /**
     * The result of a run of streams.
     *
     * @param mebibytes of file data
     */
    record Streamed(double mebibytes, double seconds) {
        double mebibytesPerSecond() {
            return mebibytes / seconds;
        }
    }

    /**
     * Sends files in chunks over so many connections at once.
     *
     * @param bytes of all files together, at least
     * @param fileBytes of one file at most
     */
    Streamed stream(Path socket, int connections, int chunkBytes, long bytes, long fileBytes)
            throws IOException {
        ByteBuffer chunk =
                ByteBuffer.allocateDirect(chunkBytes + 4)
                        .putInt(chunkBytes)
                        .put(Request.noise(chunkBytes))
                        .flip();
        long chunks = Math.max(1, (bytes / connections + chunkBytes - 1) / chunkBytes);
        long perFile = Math.max(1, fileBytes / chunkBytes);
        CyclicBarrier start = new CyclicBarrier(connections + 1);
        List<Callable<Long>> senders = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            senders.add(() -> {
                start.await();
                for (long left = chunks; left > 0; left -= perFile) {
                    sendFile(socket, chunk.duplicate(), Math.min(perFile, left));
                }
                return chunks;
            });
        }
        double seconds = secondsOf(start, senders, new ArrayList<>());
        return new Streamed(chunks * connections * (chunkBytes / MEBIBYTE), seconds);
    }

    private static void sendFile(Path socket, ByteBuffer chunk, long chunks) throws IOException {
        try (SocketChannel channel = Request.connect(socket)) {
            Request.write(channel, ByteBuffer.wrap(Request.ascii("zINSTREAM\0")));
            for (long i = 0; i < chunks; i++) {
                Request.write(channel, chunk.rewind());
            }
            Request.write(channel, ByteBuffer.allocate(4));
            Request.expect(channel, "stream: OK\0");
        }
    }

    /** Asks from so many clients at once, each again as soon as it was answered. */
    Latencies ask(Path socket, Request request, int clients, double seconds) throws IOException {
        CyclicBarrier start = new CyclicBarrier(clients + 1);
        List<Callable<long[]>> askers = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            askers.add(() -> {
                start.await();
                return askFor((long) (seconds * NANOS_PER_SECOND), socket, request);
            });
        }
        List<long[]> latencies = new ArrayList<>();
        double taken = secondsOf(start, askers, latencies);
        long[] all = latencies.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        return new Latencies(all, taken);
    }

    private static long[] askFor(long nanos, Path socket, Request request) throws IOException {
        long[] latencies = new long[1024];
        int count = 0;
        long begin = System.nanoTime();
        long now = begin;
        while (now - begin < nanos) {
            long asked = now;
            try (SocketChannel channel = Request.connect(socket)) {
                request.exchange(channel);
            }
            now = System.nanoTime();
            if (count == latencies.length) {
                latencies = Arrays.copyOf(latencies, 2 * count);
            }
            latencies[count++] = now - asked;
        }
        return Arrays.copyOf(latencies, count);
    }

    private <T> double secondsOf(CyclicBarrier start, List<Callable<T>> tasks, List<T> results)
            throws IOException {
        List<Future<T>> futures = tasks.stream().map(threads::submit).toList();
        try {
            start.await();
            long begin = System.nanoTime();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return (System.nanoTime() - begin) / NANOS_PER_SECOND;
        } catch (ExecutionException e) {
            throw new IOException("the load failed: " + e.getCause(), e);
        } catch (Exception e) {
            throw new IOException("the load was interrupted", e);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
