package clamd.vproxy.worker.session;

/** Something with deadlines that the {@link Watchdog} looks at. Thread-safe. */
public interface Watched {
    /**
     * Acts if a deadline has passed. Called on the watchdog's thread; must not block.
     *
     * @param nowNanos the injected clock's reading
     */
    void check(long nowNanos);
}
