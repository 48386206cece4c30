package clamd.vproxy.supervisor.sources.libvirt;

import java.time.Duration;

/** Produces waiting times that double up to a limit. Confined to one thread. */
final class Backoff {
    private final Duration first;
    private final Duration longest;
    private Duration next;

    Backoff(Duration first, Duration longest) {
        this.first = first;
        this.longest = longest;
        this.next = first;
    }

    /** Returns the time to wait before the next attempt. */
    Duration next() {
        Duration now = next;
        Duration doubled = now.multipliedBy(2);
        next = doubled.compareTo(longest) < 0 ? doubled : longest;
        return now;
    }

    /** Begins with the first time again, after a success. */
    void reset() {
        next = first;
    }
}
