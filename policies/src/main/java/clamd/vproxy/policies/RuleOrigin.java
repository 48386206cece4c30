package clamd.vproxy.policies;

/** Why a guest has the policy it has: the rule that matched first, or that none did. Immutable. */
public sealed interface RuleOrigin {

    /** A short stable text for log lines, without spaces unless the file's name has some. */
    String label();

    /**
     * A rule of the policy file.
     *
     * @param index the rule's place in {@code rules}, from 0, as in a JSON pointer
     * @param sourceName the file, as the operator named it
     * @param line the line, from 1, in which the rule begins
     */
    record Rule(int index, String sourceName, int line) implements RuleOrigin {
        @Override
        public String label() {
            return "rules[" + index + "]@" + sourceName + ":" + line;
        }
    }

    /** No rule of the file matched; the file's {@code unmatched} decided. */
    record Unmatched() implements RuleOrigin {
        @Override
        public String label() {
            return "unmatched";
        }
    }

    /**
     * The policy is only tried, and differs from the one in force by its tenant's limits.
     *
     * @param label the tenant's entry in the file: {@code tenants.acme@policy.json:9}
     */
    record TenantEntry(String label) implements RuleOrigin {}

    /** There is no policy file. */
    record NoPolicyFile() implements RuleOrigin {
        @Override
        public String label() {
            return "no-policy-file";
        }
    }
}
