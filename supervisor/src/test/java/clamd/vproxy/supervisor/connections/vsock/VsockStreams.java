package clamd.vproxy.supervisor.connections.vsock;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Streams over vsock loopback to one port and another in turn, and says how fast each took it. Only
 * for a VM of its own.
 */
public final class VsockStreams {
    private static final int ROUNDS = 5;
    private static final int BYTES = 32 << 20;
    private static final double MEBIBYTE = 1 << 20;
    private static final String CLEAN = "stream: OK\0";

    private VsockStreams() {}

    /** Takes the two ports, and sizes of chunks in bytes. */
    public static void main(String[] arguments) throws IOException {
        int ours = Integer.parseInt(arguments[0]);
        int theirs = Integer.parseInt(arguments[1]);
        for (String size : Arrays.asList(arguments).subList(2, arguments.length)) {
            compare(ours, theirs, Integer.parseInt(size));
        }
    }

    private static void compare(int ours, int theirs, int chunkBytes) throws IOException {
        List<Double> rates = new ArrayList<>();
        List<Double> theirRates = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        stream(ours, chunkBytes);
        stream(theirs, chunkBytes);
        for (int round = 0; round < ROUNDS; round++) {
            double rate = stream(ours, chunkBytes);
            double theirRate = stream(theirs, chunkBytes);
            rates.add(rate);
            theirRates.add(theirRate);
            ratios.add(rate / theirRate);
        }
        System.out.printf(
                Locale.ROOT,
                "chunks of %d KiB: clamd-vproxy %s MiB/s, socat %s MiB/s, ratio %s%n",
                chunkBytes >> 10,
                spread(rates),
                spread(theirRates),
                spread(ratios));
    }

    private static double stream(int port, int chunkBytes) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocateDirect(4 + chunkBytes);
        chunk.putInt(chunkBytes).rewind();
        long begun = System.nanoTime();
        try (SocketChannel channel = Peers.connectTo(port)) {
            write(channel, ByteBuffer.wrap("zINSTREAM\0".getBytes(US_ASCII)));
            for (int left = BYTES; left > 0; left -= chunkBytes) {
                write(channel, chunk.rewind());
            }
            write(channel, ByteBuffer.allocate(4));
            expectClean(channel);
        }
        return BYTES / MEBIBYTE / ((System.nanoTime() - begun) / 1e9);
    }

    private static void write(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static void expectClean(SocketChannel channel) throws IOException {
        ByteBuffer reply = ByteBuffer.allocate(256);
        while (reply.position() < CLEAN.length() && channel.read(reply) >= 0) {
            // until it is there as a whole
        }
        String heard = US_ASCII.decode(reply.flip()).toString();
        if (!heard.equals(CLEAN)) {
            throw new IOException("heard '" + heard + "'");
        }
    }

    private static String spread(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return String.format(
                Locale.ROOT,
                "%.2f (%.2f–%.2f)",
                sorted[sorted.length / 2],
                sorted[0],
                sorted[sorted.length - 1]);
    }
}
