package clamd.vproxy.worker.fair;

/**
 * Estimates how long a scan will take: a fixed time, and a time per byte that is learnt from
 * previous scans, of which the latest count most. Not thread-safe.
 */
final class ScanRate {
    /**
     * The time that even an empty stream takes; without it, small scans would raise the estimate
     * for large ones.
     */
    static final double FIXED_SECONDS = 0.005;

    /** The largest estimate; a far too high estimate would keep a guest waiting needlessly. */
    static final double LONGEST_GUESS_SECONDS = 30;

    /** The bytes of the rate assumed before the first scan, 20 MiB a second. */
    private static final double FIRST_BYTES = 20 << 20;

    private static final double FIRST_SECONDS = 1;

    /**
     * The factor by which each scan reduces the weight of earlier scans; about the last fifty
     * count.
     */
    private static final double MEMORY = 0.98;

    private double bytes = FIRST_BYTES;
    private double seconds = FIRST_SECONDS;

    /** Returns the estimated scan time of a stream, in seconds. */
    double guess(long streamBytes) {
        return Math.min(FIXED_SECONDS + streamBytes * seconds / bytes, LONGEST_GUESS_SECONDS);
    }

    /** Adjusts the estimate to the time that a scan took. */
    void learn(long streamBytes, double scanSeconds) {
        bytes = bytes * MEMORY + streamBytes;
        seconds = seconds * MEMORY + Math.max(0, scanSeconds - FIXED_SECONDS);
    }
}
