package clamd.vproxy.policies;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Explains which rule decides a guest's policy, and why. Immutable.
 *
 * @param guest the guest whose policy is explained
 * @param policy the guest's policy; its {@code origin} is the rule that decided, {@link
 *     GuestPolicy#setting} has each limit with its source, and {@code dryRun} the dry run, if there
 *     is one
 * @param passedOver the rules above the one that decided, in the order of the file
 * @param alsoMatching the rules below it that also match the guest, without effect because the
 *     first match wins
 */
public record Explanation(
        GuestIdentity guest,
        GuestPolicy policy,
        List<PassedRule> passedOver,
        List<RuleOrigin> alsoMatching) {

    /** Copies the lists. */
    public Explanation {
        passedOver = List.copyOf(passedOver);
        alsoMatching = List.copyOf(alsoMatching);
    }

    /**
     * A rule that did not decide.
     *
     * @param origin the rule
     * @param mismatches the conditions of its match that do not hold; empty if the rule matches but
     *     is a dry run
     */
    public record PassedRule(RuleOrigin origin, List<Mismatch> mismatches) {

        /** Copies the mismatches. */
        public PassedRule {
            mismatches = List.copyOf(mismatches);
        }

        /** Returns why the rule did not decide, as text for people. */
        public String reason() {
            return mismatches.isEmpty()
                    ? "matches, but is a dry run"
                    : mismatches.stream().map(Mismatch::text).collect(Collectors.joining("; "));
        }
    }

    /**
     * A condition of a match that does not hold.
     *
     * @param key the key in the file
     * @param wanted the value that the rule requires, quoted if it is a text
     * @param actual the guest's value; empty if it is not known
     */
    public record Mismatch(String key, String wanted, Optional<String> actual) {

        /**
         * Returns, for example, {@code cid is 7, not 100-199} or {@code no cid is known; the rule
         * wants 100-199}.
         */
        public String text() {
            return actual.map(found -> key + " is " + found + ", not " + wanted)
                    .orElse("no " + key + " is known; the rule wants " + wanted);
        }
    }
}
