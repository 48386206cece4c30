package clamd.vproxy.worker.rate;

import java.util.OptionalLong;

/**
 * A token bucket with whole tokens and exact integer time. In any span of {@code t} seconds, at
 * most {@code rate * t + burst} tokens are usable, where {@code t} is rounded up by one nanosecond,
 * like the ends of waits. The bucket is full at the beginning.
 *
 * <p>Tokens may be reserved before they are available; the reservation then returns how long to
 * wait, so that waiting callers are served in the order of their reservations. Without a rate, all
 * tokens are available immediately. The caller passes the time, in nanoseconds of a monotonic
 * clock; if the time goes backwards, no time has passed.
 *
 * <p>Not thread-safe; its owner guards it.
 */
public final class RateBucket {
    /** The largest rate, in tokens per second, with which no computation here can overflow. */
    public static final long LARGEST_RATE = 1L << 32;

    private static final long SECOND = 1_000_000_000;

    /**
     * The longest refill in seconds: longer than any bucket needs to fill, and short enough for a
     * multiplication without overflow.
     */
    private static final long LONGEST_REFILL_SECONDS = SECOND;

    private boolean limited;
    private long rate;
    private long burst;

    /** The available tokens; negative while reservations wait. */
    private long level;

    /** Tokens that were taken but not used yet; they reduce the burst. */
    private long held;

    /** The part of the next token that is available already, in billionths of a token. */
    private long fraction;

    private long filledNanos;

    /**
     * Creates a full bucket.
     *
     * @param perSecond tokens per second, 1 to {@link #LARGEST_RATE}; empty = no limit
     * @param leastBurst the capacity in tokens, if it is larger than the tokens of one second; 1 to
     *     {@link #LARGEST_RATE}
     * @throws IllegalArgumentException if rate or burst is out of range
     */
    public RateBucket(OptionalLong perSecond, long leastBurst, long nowNanos) {
        set(perSecond, leastBurst);
        this.level = burst;
        this.filledNanos = nowNanos;
    }

    /**
     * Changes the rate. The available tokens are kept, up to the new burst, and the change itself
     * adds none. If there was no rate before, the bucket is full.
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

    /** Returns how many of the wanted tokens are available without waiting, 0 or more. */
    public long available(long wanted, long nowNanos) {
        refill(nowNanos);
        return limited ? Math.clamp(level, 0, wanted) : wanted;
    }

    /** Returns the time until one token is available, in nanoseconds; 0 = now. */
    public long nanosUntilOne(long nowNanos) {
        refill(nowNanos);
        return nanosUntil(1);
    }

    /**
     * Takes tokens, including tokens that are not available yet.
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
     * Takes tokens that may be used much later. Until {@link #settle}, the held tokens reduce the
     * bucket's capacity; otherwise several holders could each use a burst at the same time.
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

    /** Returns reserved but unused tokens to the bucket. */
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
        // callers have waited for the tokens held beyond a burst, so an empty bucket still fills
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
        // split, because missing * SECOND could overflow
        long partial = missing % rate * SECOND - fraction;
        return missing / rate * SECOND + Math.ceilDiv(partial, rate);
    }
}
