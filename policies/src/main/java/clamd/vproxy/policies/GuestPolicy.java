package clamd.vproxy.policies;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The policy of one guest, complete, with the reason for each part of it. Immutable.
 *
 * @param limits what the guest may use; of a denied guest no connection and no command, so that
 *     even a caller who forgets to ask {@code denied} serves nothing
 * @param denied whether the guest is refused altogether
 * @param origin the rule that decided
 * @param sources for every limit where its value came from
 * @param tenant whose guest it is, and what that tenant's guests may use together
 * @param dryRun what the first matching rule with {@code "dryRun": true} would give the guest, or
 *     what the guest would have if the dry run of its tenant's limits were in force; itself without
 *     a dry run. Nothing in it is enforced: the other components come from the rules behind, as if
 *     it did not stand in the file. The daemon enforces those, and counts and logs what they let
 *     pass and this policy would refuse. A caller who forgets the dry run therefore loses a log
 *     line, never a limit.
 * @param revision names the policies that this is one of, for logs; empty if nobody named them
 */
public record GuestPolicy(
        Limits limits,
        boolean denied,
        RuleOrigin origin,
        Map<Limit, LimitSource> sources,
        TenantPolicy tenant,
        Optional<GuestPolicy> dryRun,
        String revision) {

    /**
     * Copies the sources.
     *
     * @throws IllegalArgumentException if a limit has no source, or the dry run has a dry run
     */
    public GuestPolicy {
        sources = Collections.unmodifiableMap(new EnumMap<>(sources));
        if (sources.size() != Limit.values().length) {
            throw new IllegalArgumentException(
                    "limits without a source, these have one: " + sources.keySet());
        }
        if (dryRun.isPresent() && dryRun.get().dryRun().isPresent()) {
            throw new IllegalArgumentException("a dry run of a dry run");
        }
    }

    /** A policy of policies that nobody named, and of a guest that is a tenant of its own. */
    public GuestPolicy(
            Limits limits,
            boolean denied,
            RuleOrigin origin,
            Map<Limit, LimitSource> sources,
            Optional<GuestPolicy> dryRun) {
        this(limits, denied, origin, sources, TenantPolicy.OF_NO_GUEST, dryRun, "");
    }

    /** A limit's value and where it came from. */
    public Setting setting(Limit limit) {
        return new Setting(limits.value(limit), Objects.requireNonNull(sources.get(limit)));
    }

    /** This policy for a guest of the given tenant, beside which another policy is tried out. */
    GuestPolicy in(TenantPolicy itsTenant, Optional<GuestPolicy> tried) {
        return new GuestPolicy(limits, denied, origin, sources, itsTenant, tried, revision);
    }

    /** This policy as that of another place in the file. */
    GuestPolicy by(RuleOrigin place) {
        return new GuestPolicy(limits, denied, place, sources, tenant, dryRun, revision);
    }

    /** This policy as one of policies that are named so. */
    GuestPolicy of(String named) {
        return new GuestPolicy(limits, denied, origin, sources, tenant, dryRun, named);
    }
}
