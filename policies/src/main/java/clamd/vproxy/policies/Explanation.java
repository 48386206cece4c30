package clamd.vproxy.policies;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Why a guest has the policy it has. Immutable.
 *
 * @param guest who was asked for
 * @param policy what the guest gets: the rule that decided is its {@code origin}, each limit with
 *     its source is a {@link GuestPolicy#setting}, a dry run beside it is in {@code dryRun}
 * @param passedOver the rules above the one that decided, in the order of the file
 * @param alsoMatching the rules below it that match the guest, too, and decide nothing because the
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
     * @param mismatches what in its match does not hold; nothing if it matches, but is a dry run
     */
    public record PassedRule(RuleOrigin origin, List<Mismatch> mismatches) {

        /** Copies the mismatches. */
        public PassedRule {
            mismatches = List.copyOf(mismatches);
        }

        /** Why the rule did not decide, in words. */
        public String reason() {
            return mismatches.isEmpty()
                    ? "matches, but is a dry run"
                    : mismatches.stream().map(Mismatch::text).collect(Collectors.joining("; "));
        }
    }

    /**
     * One key of a match that does not hold.
     *
     * @param key the key in the file
     * @param wanted what the rule asks for, quoted if it is a text
     * @param actual what the guest has; empty if that is not known
     */
    public record Mismatch(String key, String wanted, Optional<String> actual) {

        /** {@code cid is 7, not 100-199}, or {@code no cid is known; the rule wants 100-199}. */
        public String text() {
            return actual.map(found -> key + " is " + found + ", not " + wanted)
                    .orElse("no " + key + " is known; the rule wants " + wanted);
        }
    }
}
