package clamd.vproxy.supervisor.benchmark;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * How fast 1 GiB streams through a hybrid socket to {@link DrainingClamd}, next to the direct
 * connection: direct, proxied, direct, proxied, …, with the median of the pairs' ratios. Client,
 * proxy and clamd are processes of their own, as on a host.
 *
 * <p>{@code StreamingComparison LAUNCHER ROUNDS}, where the launcher is {@code
 * supervisor/target/clamd-vproxy/bin/clamd-vproxy}.
 */
final class StreamingComparison {
    private static final long STREAM_BYTES = 1L << 30;

    /** 8188 is what clamdscan sends ({@code clamdscan/proto.c}). */
    private static final List<Integer> CHUNKS = List.of(8188, 64 << 10, 1 << 20, 25 << 20);

    /** 4104 is what clamd reads at most at a time ({@code clamd/clamd_others.c:buf_init}). */
    private static final List<Integer> READS = List.of(4104, 256 << 10);

    private static final String NODE =
            """
            <node>
              <cpu><mhz>2000</mhz><model>x</model><active>2</active><nodes>1</nodes>\
            <sockets>1</sockets><cores>2</cores><threads>1</threads></cpu>
              <memory>8000000</memory>
              <domain type='test'><name>guest</name><memory unit='MiB'>64</memory>\
            <os><type>hvm</type></os></domain>
            </node>
            """;

    private final Path launcher;
    private final int rounds;
    private final Path folder;
    private final List<Process> processes = new ArrayList<>();

    private StreamingComparison(Path launcher, int rounds, Path folder) {
        this.launcher = launcher;
        this.rounds = rounds;
        this.folder = folder;
    }

    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createTempDirectory("streaming-");
        StreamingComparison comparison =
                new StreamingComparison(
                        Path.of(arguments[0]).toAbsolutePath(),
                        Integer.parseInt(arguments[1]),
                        folder);
        System.out.println("clamd reads  chunk bytes  direct MiB/s  proxied MiB/s  ratio (spread)");
        for (int read : READS) {
            comparison.compare(read);
        }
    }

    private void compare(int readBytes) throws IOException {
        Path clamd = folder.resolve("clamd-" + readBytes);
        Path guest = folder.resolve("guest-" + readBytes);
        try {
            startClamd(clamd, readBytes);
            startProxy(clamd, guest);
            Path proxied = Path.of(guest + "_3400");
            awaitListener(clamd);
            awaitListener(proxied);
            for (int chunk : CHUNKS) {
                System.out.println(row(readBytes, chunk, clamd, proxied));
            }
        } finally {
            processes.forEach(Process::destroy);
            processes.clear();
        }
    }

    private String row(int readBytes, int chunk, Path clamd, Path proxied) throws IOException {
        double[] direct = new double[rounds];
        double[] through = new double[rounds];
        double[] ratio = new double[rounds];
        stream(clamd, chunk);
        stream(proxied, chunk);
        for (int i = 0; i < rounds; i++) {
            direct[i] = stream(clamd, chunk);
            through[i] = stream(proxied, chunk);
            ratio[i] = through[i] / direct[i];
        }
        return String.format(
                Locale.ROOT,
                "%11d  %11d  %12.0f  %13.0f  %5.2f (%.2f to %.2f)",
                readBytes,
                chunk,
                median(direct),
                median(through),
                median(ratio),
                Arrays.stream(ratio).min().orElseThrow(),
                Arrays.stream(ratio).max().orElseThrow());
    }

    /** MiB of stream per second. */
    private static double stream(Path socket, int chunk) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(chunk + 4).putInt(0, chunk);
        long begin = System.nanoTime();
        long sent = 0;
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            write(channel, ByteBuffer.wrap("zINSTREAM\0".getBytes(StandardCharsets.US_ASCII)));
            for (; sent < STREAM_BYTES; sent += chunk) {
                write(channel, bytes.clear());
            }
            write(channel, ByteBuffer.allocate(4));
            ByteBuffer reply = ByteBuffer.allocate(256);
            while (channel.read(reply) >= 0) {
                // to the end
            }
            String text = new String(reply.array(), 0, reply.position(), StandardCharsets.US_ASCII);
            if (!text.equals("stream: OK\0")) {
                throw new IOException("unexpected reply: " + text);
            }
        }
        return sent / 1048576.0 / ((System.nanoTime() - begin) / 1e9);
    }

    private static void write(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private void startClamd(Path socket, int readBytes) throws IOException {
        start(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                DrainingClamd.class.getName(),
                socket.toString(),
                Integer.toString(readBytes));
    }

    private void startProxy(Path clamd, Path guest) throws IOException {
        Path node = Files.writeString(folder.resolve("node.xml"), NODE);
        Path policy =
                Files.writeString(
                        folder.resolve("policy.json"),
                        """
                        {"version": 1, "defaults": {"maxStreamSize": "2GiB", "maxChunkSize": "64MiB"}}
                        """);
        start(
                launcher.toString(),
                "--no-vsock",
                "--hybrid-vsock",
                guest.toString().replace("guest-", "{name}-"),
                "--connect",
                "test://" + node,
                "--hook-spool",
                folder.resolve("hook").toString(),
                "--state-file",
                folder.resolve("usage.json").toString(),
                "--clamd",
                clamd.toString(),
                "--wait-for-clamd",
                "--policy",
                policy.toString());
    }

    private void start(String... command) throws IOException {
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
                        .start();
        processes.add(process);
    }

    private static void awaitListener(Path socket) {
        while (true) {
            try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
                return;
            } catch (IOException _) {
                LockSupport.parkNanos(50_000_000);
            }
        }
    }
}
