package clamd.vproxy.policies;

/** The part of the policy file that decided a guest's policy. Immutable. */
public sealed interface RuleOrigin {

    /**
     * Returns a short, stable text for log lines, without spaces unless the file's name has some.
     */
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

    /** The file's {@code unmatched}, because no rule matched. */
    record Unmatched() implements RuleOrigin {
        @Override
        public String label() {
            return "unmatched";
        }
    }

    /**
     * A tenant's entry whose limits are a dry run, and make this policy differ from the enforced
     * one.
     *
     * @param label the tenant's entry in the file: {@code tenants.acme@policy.json:9}
     */
    record TenantEntry(String label) implements RuleOrigin {}

    /** The absence of a policy file. */
    record NoPolicyFile() implements RuleOrigin {
        @Override
        public String label() {
            return "no-policy-file";
        }
    }
}
