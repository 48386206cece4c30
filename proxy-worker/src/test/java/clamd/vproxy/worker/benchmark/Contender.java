package clamd.vproxy.worker.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A way from the load to clamd.
 *
 * @param name as the report has it
 * @param socket where the load connects
 * @param program what stands between; null if nothing does
 */
record Contender(String name, Path socket, @Nullable Program program) implements AutoCloseable {
    static final String DIRECT = "direct";
    static final String VPROXY = "clamd-vproxy";
    static final String BARE = "bare relay";
    static final String RELAY_IN_C = "relay in C";
    static final String HAPROXY = "HAProxy";
    static final String SOCAT = "socat";

    /** Processor seconds so far; 0 if nothing stands between. */
    double cpuSeconds() throws IOException {
        return program == null ? 0 : program.cpuSeconds();
    }

    @Override
    public void close() {
        if (program != null) {
            program.close();
        }
    }
}
