package clamd.vproxy.worker.memory;

import java.util.Optional;

/**
 * The latest knowledge about the signatures with which every clamd scans. Immutable.
 *
 * @param round the number of the polling round that gave this answer
 * @param firstRound the first of the consecutive rounds that gave this answer
 * @param askedNanos when the round began
 * @param answer the answer; empty if the clamds differ or one did not answer, so that no verdict is
 *     valid
 */
record Known(long round, long firstRound, long askedNanos, Optional<Object> answer) {
    /** Whether verdicts can be remembered at present. */
    boolean isUsable() {
        return answer.isPresent();
    }

    /** Returns the knowledge after a further round. */
    Known next(long nextRound, long nextAskedNanos, Optional<Object> nextAnswer) {
        boolean unchanged = isUsable() && answer.equals(nextAnswer);
        return new Known(nextRound, unchanged ? firstRound : nextRound, nextAskedNanos, nextAnswer);
    }
}
