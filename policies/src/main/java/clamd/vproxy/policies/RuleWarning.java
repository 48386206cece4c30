package clamd.vproxy.policies;

/**
 * A warning about a rule that is correct but probably matches no guest, or about a tenant's entry
 * that is probably a mistake. Immutable.
 *
 * @param rule the rule's or the entry's label
 * @param message what is odd about it and what to write instead, on one line
 */
public record RuleWarning(String rule, String message) {
    /** Returns the warning on one line. */
    public String line() {
        return rule + ": " + message;
    }
}
