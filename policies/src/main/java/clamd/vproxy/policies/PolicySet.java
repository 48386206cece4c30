package clamd.vproxy.policies;

import java.util.List;
import java.util.stream.Stream;

/**
 * A whole policy file, checked and ready to answer for any guest. Immutable.
 *
 * <p>Every rule holds its finished {@link GuestPolicy}: resolving a guest is finding the first rule
 * that matches.
 */
public final class PolicySet {
    private final String revision;
    private final List<Rule> rules;
    private final GuestPolicy unmatched;

    PolicySet(String revision, List<Rule> rules, GuestPolicy unmatched) {
        this.revision = revision;
        this.rules = List.copyOf(rules);
        this.unmatched = unmatched;
    }

    /** The policies of a host without a policy file: every guest gets the given limits. */
    public static PolicySet withoutFile(Limits limits) {
        RuleOrigin origin = new RuleOrigin.NoPolicyFile();
        return new PolicySet(
                origin.label(), List.of(), ResolvedLimits.underneath(limits).admit(origin));
    }

    /** The policy of the first rule that matches the guest, or that of unmatched guests. */
    public GuestPolicy resolve(GuestIdentity guest) {
        return rules.stream()
                .filter(rule -> rule.match().holds(guest))
                .findFirst()
                .map(Rule::policy)
                .orElse(unmatched);
    }

    /** The limits of every policy that a guest can get here, to be held against clamd's own. */
    public List<Limits> allLimits() {
        return Stream.concat(rules.stream().map(Rule::policy), Stream.of(unmatched))
                .map(GuestPolicy::limits)
                .toList();
    }

    /**
     * Names the content: the first 12 hexadecimal digits of the SHA-256 of the file's bytes, or
     * {@code no-policy-file}.
     */
    public String revision() {
        return revision;
    }
}
