package clamd.vproxy.policies;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The complete policy of one guest, with the source of each part. Immutable.
 *
 * @param limits what the guest may use; a denied guest may use no connection and no command, so
 *     that a caller that forgets to check {@code denied} still serves nothing
 * @param denied whether the guest is refused altogether
 * @param origin the rule that decided
 * @param sources the source of every limit's value
 * @param tenant the guest's tenant, and what that tenant's guests may use together
 * @param dryRun what the first matching rule with {@code "dryRun": true} would give the guest, or
 *     what the guest would have if the dry run of its tenant's limits were in force; it has no dry
 *     run of its own. Nothing in it is enforced: the other components are computed as if the dry
 *     run were not in the file. The daemon enforces those, and counts and logs what they allow and
 *     this policy would refuse. A caller that ignores the dry run therefore loses a log line, never
 *     a limit.
 * @param revision the revision of the policy set that this policy belongs to, for logs; empty if
 *     the set has no name
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
            throw new IllegalArgumentException("a dry run must not have a dry run of its own");
        }
    }

    /** Creates a policy without a revision, for a guest that is a tenant of its own. */
    public GuestPolicy(
            Limits limits,
            boolean denied,
            RuleOrigin origin,
            Map<Limit, LimitSource> sources,
            Optional<GuestPolicy> dryRun) {
        this(limits, denied, origin, sources, TenantPolicy.OF_NO_GUEST, dryRun, "");
    }

    /** Returns a limit's value and its source. */
    public Setting setting(Limit limit) {
        return new Setting(limits.value(limit), Objects.requireNonNull(sources.get(limit)));
    }

    /** Returns this policy for a guest of the given tenant, with {@code tried} as its dry run. */
    GuestPolicy in(TenantPolicy itsTenant, Optional<GuestPolicy> tried) {
        return new GuestPolicy(limits, denied, origin, sources, itsTenant, tried, revision);
    }

    /** Returns this policy with another origin. */
    GuestPolicy by(RuleOrigin place) {
        return new GuestPolicy(limits, denied, place, sources, tenant, dryRun, revision);
    }

    /** Returns this policy with the given revision. */
    GuestPolicy of(String named) {
        return new GuestPolicy(limits, denied, origin, sources, tenant, dryRun, named);
    }
}
