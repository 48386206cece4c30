package clamd.vproxy.worker.memory;

import java.time.Duration;
import java.util.Optional;

/**
 * A remembered verdict of clamd. Streams with equal verdicts in one round share an instance.
 * Immutable.
 *
 * @param signature the signature that clamd found; empty = clean
 * @param firstRound identifies the signatures with which clamd scanned, see {@link Known}
 * @param round the last round that had begun when the scan ended
 * @param keptNanos when the scan ended, on the memory's clock
 */
record Remembered(Optional<String> signature, long firstRound, long round, long keptNanos) {
    /** Whether both verdicts are of the same round and the same signatures. */
    boolean isOfRound(Remembered other) {
        return firstRound == other.firstRound && round == other.round;
    }

    boolean isYounger(Duration age, long nowNanos) {
        return nowNanos - keptNanos < age.toNanos();
    }

    /**
     * Whether clamd would still give this verdict: the signatures were known before the scan, and a
     * round that began after the scan found them unchanged.
     */
    boolean holds(Known known) {
        return known.isUsable() && known.firstRound() == firstRound && known.round() > round;
    }
}
