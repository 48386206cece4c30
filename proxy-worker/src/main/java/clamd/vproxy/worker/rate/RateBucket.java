package clamd.vproxy.worker.rate;

import java.util.OptionalLong;

/**
 * A token bucket in whole tokens and exact integer time: in any span of {@code t} seconds no more
 * than {@code rate * t + burst} tokens are usable, {@code t} rounded up by one nanosecond, as the
 * ends of waits are. It begins full.
 *
 * <p>Tokens may be reserved before they are there; the reservation then says how long to wait, so
 * that those who wait are served in the order in which they came. Without a rate all tokens are
 * there at once. Time is what the caller says, in nanoseconds of a monotonic clock; time that goes
 * backwards counts as no time.
 *
 * <p>Not thread-safe: its owner guards it.
 */
public final class RateBucket {
    /** The largest rate, in tokens per second, with which no sum here can overflow. */
    public static final long LARGEST_RATE = 1L << 32;

    private static final long SECOND = 1_000_000_000;

    /** Longer than any bucket needs to fill, and short enough to be multiplied. */
    private static final long LONGEST_REFILL_SECONDS = SECOND;

    private boolean limited;
    private long rate;
    private long burst;

    /** Negative while reservations wait. */
    private long level;

    /** Tokens that were taken and not used yet; they take room from the burst. */
    private long held;

    /** The part of the next token that has come already, in billionths of a token. */
    private long fraction;

    private long filledNanos;

    /**
     * A full bucket.
     *
     * @param perSecond tokens per second, 1 to {@link #LARGEST_RATE}; empty = no limit
     * @param leastBurst the most tokens it holds if that is more than one second's, 1 to {@link
     *     #LARGEST_RATE}
     * @throws IllegalArgumentException if rate or burst is out of range
     */
    public RateBucket(OptionalLong perSecond, long leastBurst, long nowNanos) {
        set(perSecond, leastBurst);
        this.level = burst;
        this.filledNanos = nowNanos;
    }

    /**
     * Goes on at another rate. What is there stays, as far as the new burst has room for it;
     * nothing is given for the change itself. After a time without a rate the bucket is full.
     *
     * @throws IllegalArgumentException if rate or burst is out of range
     */
    public void change(OptionalLong perSecond, long leastBurst, long nowNanos) {
        refill(nowNanos);
        boolean full = !limited;
        set(perSecond, leastBurst);
        level = full ? burst : level;
        cap();
    }

    private void set(OptionalLong perSecond, long leastBurst) {
        long next = perSecond.orElse(1);
        if (next < 1 || next > LARGEST_RATE || leastBurst < 1 || leastBurst > LARGEST_RATE) {
            throw new IllegalArgumentException(
                    "rate " + next + " and burst " + leastBurst + " must be 1 to " + LARGEST_RATE);
        }
        limited = perSecond.isPresent();
        rate = next;
        burst = Math.max(next, leastBurst);
    }

    /** How many of the wanted tokens can be had without waiting, 0 or more. */
    public long available(long wanted, long nowNanos) {
        refill(nowNanos);
        return limited ? Math.clamp(level, 0, wanted) : wanted;
    }

    /** How long until one token can be had, in nanoseconds; 0 = now. */
    public long nanosUntilOne(long nowNanos) {
        refill(nowNanos);
        return nanosUntil(1);
    }

    /**
     * Takes tokens, those that are still to come included.
     *
     * @param tokens 1 to {@link #LARGEST_RATE}
     * @return how long to wait before using them, in nanoseconds; 0 = not at all
     */
    public long reserve(long tokens, long nowNanos) {
        if (!limited) {
            return 0;
        }
        refill(nowNanos);
        level -= tokens;
        return nanosUntil(0);
    }

    /**
     * Takes tokens that may be used much later. Until {@link #settle} the bucket fills up by so
     * much less: otherwise several that hold some could use a burst each, all at once.
     *
     * @param tokens 1 to {@link #LARGEST_RATE}
     * @return how long to wait before using them, in nanoseconds; 0 = not at all
     */
    public long hold(long tokens, long nowNanos) {
        long wait = reserve(tokens, nowNanos);
        held += tokens;
        return wait;
    }

    /**
     * Ends a {@link #hold}.
     *
     * @param tokens how many were held
     * @param used how many of them were used
     */
    public void settle(long tokens, long used, long nowNanos) {
        refill(nowNanos);
        held -= tokens;
        level += tokens - used;
        cap();
    }

    /** Gives tokens back that were reserved and not used. */
    public void giveBack(long tokens, long nowNanos) {
        if (limited) {
            refill(nowNanos);
            level += tokens;
            cap();
        }
    }

    private void refill(long nowNanos) {
        long elapsed = nowNanos - filledNanos;
        if (elapsed <= 0) {
            return;
        }
        filledNanos = nowNanos;
        long partial = elapsed % SECOND * rate + fraction;
        level += Math.min(elapsed / SECOND, LONGEST_REFILL_SECONDS) * rate + partial / SECOND;
        fraction = partial % SECOND;
        cap();
    }

    private void cap() {
        // what is held beyond a burst was waited for: an empty bucket still fills
        long most = Math.max(0, burst - held);
        if (level >= most) {
            level = most;
            fraction = 0;
        }
    }

    private long nanosUntil(long wanted) {
        long missing = wanted - level;
        if (!limited || missing <= 0) {
            return 0;
        }
        // split, for missing * SECOND could overflow
        long partial = missing % rate * SECOND - fraction;
        return missing / rate * SECOND + Math.ceilDiv(partial, rate);
    }
}
