package clamd.vproxy.supervisor.connections.vsock;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;

/**
 * Reads one connection to its end and says how fast, to be compared with socat doing the same. Only
 * for a VM of its own.
 */
public final class VsockThroughput {
    private VsockThroughput() {}

    /** Takes the port to listen on. */
    public static void main(String[] arguments) throws IOException {
        try (VsockListener listener =
                VsockListener.bind(VsockListener.ANY_CID, Long.parseLong(arguments[0]), 1)) {
            System.out.println("listening");
            VsockConnection connection = listener.accept();
            ByteBuffer buffer = ByteBuffer.allocateDirect(64 << 10);
            long start = System.nanoTime();
            long bytes = 0;
            long reads = 0;
            long allocatedBefore = allocated();
            for (int count = 0; count >= 0; count = connection.channel().read(buffer.clear())) {
                bytes += count;
                reads++;
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            connection.channel().close();
            System.out.printf(
                    "%d MB in %.1f s: %.0f MB/s, %d reads, %d bytes of garbage each%n",
                    bytes / 1_000_000,
                    seconds,
                    bytes / seconds / 1e6,
                    reads,
                    (allocated() - allocatedBefore) / reads);
        }
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getCurrentThreadAllocatedBytes();
    }
}
