package clamd.vproxy.worker.session;

/** A subject whose deadlines the {@link Watchdog} checks. Thread-safe. */
public interface Watched {
    /**
     * Acts if a deadline has passed. Called on the watchdog's thread; must not block.
     *
     * @param nowNanos the time on the injected clock
     */
    void check(long nowNanos);
}
