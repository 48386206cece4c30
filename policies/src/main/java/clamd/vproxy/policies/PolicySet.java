package clamd.vproxy.policies;

import clamd.vproxy.policies.Explanation.Mismatch;
import clamd.vproxy.policies.Explanation.PassedRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A whole policy file, checked and ready to answer for any guest. Immutable.
 *
 * <p>Every rule holds its finished {@link GuestPolicy}, but for the tenant: resolving a guest is
 * finding the first rule that matches, and the guest's tenant.
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

    /** The policies of a host without a policy file: every guest gets the given limits. */
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
     * The policy of the first rule that matches the guest, or that of unmatched guests. A rule that
     * is a dry run does not count as the first; the first of those is tried out beside, as are the
     * limits of the guest's tenant that are a dry run.
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

    /** Why the guest has the policy that {@link #resolve} gives it. */
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
     * Rules that are correct and probably match no guest, in the order of the file, and tenants
     * that are probably not what was meant.
     */
    public List<RuleWarning> warnings() {
        return Stream.of(
                        MatchWarnings.of(rules),
                        TenantWarnings.of(rules, unmatched, tenants),
                        ChunkWarnings.of(rules, unmatched))
                .flatMap(List::stream)
                .toList();
    }

    /** The rules in the order of the file. */
    List<Rule> rules() {
        return rules;
    }

    /** The limits of every policy that a guest can get here, to be held against clamd's own. */
    public List<Limits> allLimits() {
        return Stream.concat(rules.stream().map(Rule::policy), Stream.of(unmatched))
                .map(GuestPolicy::limits)
                .toList();
    }

    /** Whether some guest or tenant may use so much in a day only. */
    public boolean limitsDays() {
        return allLimits().stream().anyMatch(limits -> Limit.limitsDays(limits::bound))
                || tenants.limitDays();
    }

    /**
     * Names the content: the first 12 hexadecimal digits of the SHA-256 of the file's bytes, or
     * {@code no-policy-file}.
     */
    public String revision() {
        return revision;
    }
}
