package clamd.vproxy.policies;

/**
 * A rule that is correct and probably matches no guest, or an entry of a tenant that is probably
 * not what was meant. Immutable.
 *
 * @param rule the rule's or the entry's label
 * @param message what is odd about it and what to write instead, on one line
 */
public record RuleWarning(String rule, String message) {
    /** The warning on one line. */
    public String line() {
        return rule + ": " + message;
    }
}
