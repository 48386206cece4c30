package clamd.vproxy.supervisor.testing;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;

/** A wall clock that is set by hand. It begins at 2026-03-01T12:00 in UTC. Thread-safe. */
public final class ManualWallClock extends Clock {
    private final AtomicReference<Instant> now = new AtomicReference<>(at("2026-03-01T12:00"));

    /** Sets it to this time, forward or back. */
    public void set(String time) {
        now.set(at(time));
    }

    private static Instant at(String time) {
        return LocalDateTime.parse(time).toInstant(ZoneOffset.UTC);
    }

    @Override
    public Instant instant() {
        return now.get();
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId other) {
        throw new UnsupportedOperationException("a test has one zone");
    }
}
