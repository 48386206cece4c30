package clamd.vproxy.worker.session;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.worker.daily.DailyUsage;
import clamd.vproxy.worker.rate.ByteRate;
import clamd.vproxy.worker.shares.Owner;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;

/**
 * What the sessions of one guest have in common. Thread-safe.
 *
 * @param owner the guest and its tenant, for which permits and scan slots are counted
 * @param byteRate what its uploads may bring in a second
 * @param dailyUsage what its uploads and scans of a day are counted in
 */
public record GuestShare(Owner owner, ByteRate byteRate, DailyUsage dailyUsage) {

    /**
     * For a run of a guest of which no upload was read yet.
     *
     * @param limits of them, the byte rate
     */
    public static GuestShare of(
            Owner owner, Limits limits, DailyUsage dailyUsage, SessionContext context) {
        return new GuestShare(
                owner,
                new ByteRate(
                        limits.maxByteRate(), context.buffers().bufferBytes(), context.nanoClock()),
                dailyUsage);
    }

    /** Tells this run of the guest from all others by {@code equals}. */
    public Object identity() {
        return owner.guest();
    }

    /** For a session beside which there is no other: a peer that is no guest. */
    public static GuestShare ofOne(Object identity, Limits limits, SessionContext context) {
        // nobody asks what day it is
        Clock epoch = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
        return of(Owner.ofItself(identity), limits, new DailyUsage(epoch), context);
    }
}
