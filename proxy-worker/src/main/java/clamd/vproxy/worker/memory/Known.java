package clamd.vproxy.worker.memory;

import java.util.Optional;

/**
 * What was last learnt of the signatures with which every clamd scans. Immutable.
 *
 * @param round the number of the round of questions that it was learnt in
 * @param firstRound the first round, of those without another answer between, that had this answer
 * @param askedNanos when the round began
 * @param answer the answer; empty if the clamds differ or one did not answer, so that no verdict
 *     holds
 */
record Known(long round, long firstRound, long askedNanos, Optional<Object> answer) {
    /** Whether verdicts can be remembered at all. */
    boolean isUsable() {
        return answer.isPresent();
    }

    /** After a further round. */
    Known next(long nextRound, long nextAskedNanos, Optional<Object> nextAnswer) {
        boolean unchanged = isUsable() && answer.equals(nextAnswer);
        return new Known(nextRound, unchanged ? firstRound : nextRound, nextAskedNanos, nextAnswer);
    }
}
