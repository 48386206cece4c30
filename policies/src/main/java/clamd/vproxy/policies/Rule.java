package clamd.vproxy.policies;

import java.util.Optional;

/**
 * One rule of the file. Immutable.
 *
 * @param match whom it concerns
 * @param policy what they get
 * @param tenant the tenant that the rule or its class names
 * @param dryRun whether they only would get it; see {@link GuestPolicy}
 */
record Rule(Match match, GuestPolicy policy, Optional<Tenants.OfRule> tenant, boolean dryRun) {

    /** This rule of policies that are named so. */
    Rule of(String named) {
        return new Rule(match, policy.of(named), tenant, dryRun);
    }
}
