package clamd.vproxy.policies;

import clamd.vproxy.policies.Explanation.Mismatch;
import clamd.vproxy.policies.Explanation.PassedRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The policies of a whole file, checked and ready for use. Immutable.
 *
 * <p>Every rule holds its finished {@link GuestPolicy}, except for the tenant. To resolve a guest
 * is to find the first rule that matches it, and its tenant.
 */
public final class PolicySet {
    private final String revision;
    private final List<Rule> rules;
    private final GuestPolicy unmatched;
    private final Tenants tenants;

    PolicySet(String revision, List<Rule> rules, GuestPolicy unmatched, Tenants tenants) {
        this.revision = revision;
        this.rules = List.copyOf(rules);
        this.unmatched = unmatched;
        this.tenants = tenants;
    }

    /** Returns the policies of a host without a policy file: every guest gets the given limits. */
    public static PolicySet withoutFile(Limits limits) {
        RuleOrigin origin = new RuleOrigin.NoPolicyFile();
        return new PolicySet(
                origin.label(),
                List.of(),
                ResolvedLimits.underneath(limits).admit(origin),
                Tenants.NONE);
    }

    /**
     * Returns these policies with a label, which {@link GuestPolicy#revision} of each then
     * contains.
     *
     * @param label a short text without spaces
     */
    public PolicySet named(String label) {
        return new PolicySet(
                revision,
                rules.stream().map(rule -> rule.of(label)).toList(),
                unmatched.of(label),
                tenants);
    }

    /**
     * Returns the policy of the first rule that matches the guest, or that of unmatched guests. A
     * rule that is a dry run never decides: the first such rule that matches becomes the policy's
     * dry run, as do the dry-run limits of the guest's tenant.
     */
    public GuestPolicy resolve(GuestIdentity guest) {
        Optional<Rule> dryRun = Optional.empty();
        for (Rule rule : rules) {
            if (rule.match().holds(guest)) {
                if (!rule.dryRun()) {
                    return policy(guest, rule.policy(), rule.tenant(), dryRun);
                }
                dryRun = dryRun.isPresent() ? dryRun : Optional.of(rule);
            }
        }
        return policy(guest, unmatched, Optional.empty(), dryRun);
    }

    private GuestPolicy policy(
            GuestIdentity guest,
            GuestPolicy deciding,
            Optional<Tenants.OfRule> ofRule,
            Optional<Rule> dryRun) {
        TenantPolicy tenant = tenants.of(guest, ofRule);
        Optional<GuestPolicy> tried =
                dryRun.map(rule ->
                                rule.policy()
                                        .in(
                                                tenants.withDryRuns(
                                                        tenants.of(guest, rule.tenant())),
                                                Optional.empty()))
                        .or(() ->
                                tenants.tried(tenant.tenant())
                                        .map(entry ->
                                                deciding.in(
                                                                tenants.withDryRuns(tenant),
                                                                Optional.empty())
                                                        .by(entry)));
        return deciding.in(tenant, tried);
    }

    /** Explains why the guest has the policy that {@link #resolve} returns. */
    public Explanation explain(GuestIdentity guest) {
        GuestPolicy policy = resolve(guest);
        List<PassedRule> passedOver = new ArrayList<>();
        List<RuleOrigin> alsoMatching = new ArrayList<>();
        boolean decided = false;
        for (Rule rule : rules) {
            RuleOrigin origin = rule.policy().origin();
            List<Mismatch> mismatches = rule.match().mismatches(guest);
            if (decided && mismatches.isEmpty()) {
                alsoMatching.add(origin);
            } else if (origin.equals(policy.origin())) {
                decided = true;
            } else if (!decided) {
                passedOver.add(new PassedRule(origin, mismatches));
            }
        }
        return new Explanation(guest, policy, passedOver, alsoMatching);
    }

    /**
     * Returns warnings about rules that are correct but probably match no guest, in the order of
     * the file, and about tenants that are probably a mistake.
     */
    public List<RuleWarning> warnings() {
        return Stream.of(
                        MatchWarnings.of(rules),
                        TenantWarnings.of(rules, unmatched, tenants),
                        ChunkWarnings.of(rules, unmatched))
                .flatMap(List::stream)
                .toList();
    }

    /** Returns the rules in the order of the file. */
    List<Rule> rules() {
        return rules;
    }

    /** Returns the limits of every policy that a guest can get, for comparison with clamd's own. */
    public List<Limits> allLimits() {
        return Stream.concat(rules.stream().map(Rule::policy), Stream.of(unmatched))
                .map(GuestPolicy::limits)
                .toList();
    }

    /** Whether a guest or a tenant has a daily limit. */
    public boolean hasDailyLimit() {
        return allLimits().stream().anyMatch(limits -> Limit.hasDailyLimit(limits::bound))
                || tenants.hasDailyLimit();
    }

    /**
     * Returns the name of the content: the first 12 hexadecimal digits of the SHA-256 of the file's
     * bytes, or {@code no-policy-file}.
     */
    public String revision() {
        return revision;
    }
}
