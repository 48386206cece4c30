package clamd.vproxy.worker.fair;

/**
 * Guesses how long a scan takes before it was made: a fixed time, and a time for each byte that is
 * learnt from the scans so far, the latest counting most. Not thread-safe.
 */
final class ScanRate {
    /** What even an empty stream costs; without it small scans would make large ones look slow. */
    static final double FIXED_SECONDS = 0.005;

    /** No guess is higher: a guess that is far too high keeps a guest waiting for nothing. */
    static final double LONGEST_GUESS_SECONDS = 30;

    /** What is assumed before the first scan: 20 MiB a second. */
    private static final double FIRST_BYTES = 20 << 20;

    private static final double FIRST_SECONDS = 1;

    /** How much of the past is kept with each scan; the last fifty decide. */
    private static final double MEMORY = 0.98;

    private double bytes = FIRST_BYTES;
    private double seconds = FIRST_SECONDS;

    /** How long a stream of so many bytes will probably take, in seconds. */
    double guess(long streamBytes) {
        return Math.min(FIXED_SECONDS + streamBytes * seconds / bytes, LONGEST_GUESS_SECONDS);
    }

    /** Takes in how long a scan took. */
    void learn(long streamBytes, double scanSeconds) {
        bytes = bytes * MEMORY + streamBytes;
        seconds = seconds * MEMORY + Math.max(0, scanSeconds - FIXED_SECONDS);
    }
}
