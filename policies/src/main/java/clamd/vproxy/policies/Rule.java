package clamd.vproxy.policies;

import java.util.Optional;

/**
 * A rule of the policy file. Immutable.
 *
 * @param match the condition for a guest to which the rule applies
 * @param policy the policy of such a guest
 * @param tenant the tenant that the rule or its class names
 * @param dryRun whether the policy is only a dry run; see {@link GuestPolicy}
 */
record Rule(Match match, GuestPolicy policy, Optional<Tenants.OfRule> tenant, boolean dryRun) {

    /** Returns this rule with the given revision in its policy. */
    Rule of(String named) {
        return new Rule(match, policy.of(named), tenant, dryRun);
    }
}
