package clamd.vproxy.worker.session;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.testing.SessionAllocation;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a session leaves to the garbage collector. */
@Timeout(60)
class AllocationTest {
    private static final int BUFFERS_IN_ONE_MEBIBYTE = 16;

    @TempDir Path folder;

    @Test
    void aBufferRelayedMakesNoGarbage() throws Exception {
        try (SessionAllocation allocation = new SessionAllocation(folder)) {
            long warmUp = allocation.ofStream(8) + allocation.ofStream(8);
            long small = allocation.ofStream(2);
            long large = allocation.ofStream(66);
            assertThat(warmUp).isPositive();
            // the smallest object takes 16 bytes, and there are at least so many buffers more
            assertThat(large - small).isLessThan(64L * BUFFERS_IN_ONE_MEBIBYTE * 8);
        }
    }
}
