package clamd.vproxy.worker.testing;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A nano clock that a test moves by hand. It begins shortly before the largest number there is, so
 * every test also shows that times are compared by their difference. Thread-safe.
 */
public final class ManualClock implements LongSupplier {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000_000_000);

    @Override
    public long getAsLong() {
        return now.get();
    }

    /** Lets this much time pass. */
    public void advance(Duration time) {
        now.addAndGet(time.toNanos());
    }
}
