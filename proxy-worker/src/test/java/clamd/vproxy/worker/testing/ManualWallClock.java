package clamd.vproxy.worker.testing;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;

/** A wall clock that is set by hand. It begins at 2026-03-01T12:00 in its zone. Thread-safe. */
public final class ManualWallClock extends Clock {
    private final ZoneId zone;
    private final AtomicReference<Instant> now;

    /** A clock in UTC. */
    public ManualWallClock() {
        this(ZoneOffset.UTC);
    }

    /** A clock in this zone. */
    public ManualWallClock(ZoneId zone) {
        this.zone = zone;
        this.now = new AtomicReference<>(at("2026-03-01T12:00"));
    }

    /** Sets it to this local time, forward or back. */
    public void set(String localTime) {
        now.set(at(localTime));
    }

    private Instant at(String localTime) {
        return LocalDateTime.parse(localTime).atZone(zone).toInstant();
    }

    @Override
    public Instant instant() {
        return now.get();
    }

    @Override
    public ZoneId getZone() {
        return zone;
    }

    @Override
    public Clock withZone(ZoneId other) {
        // a second zone would hide that the code asked for another day than the clock's
        throw new UnsupportedOperationException("a test has one zone");
    }
}
