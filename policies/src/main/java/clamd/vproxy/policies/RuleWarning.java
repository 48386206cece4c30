package clamd.vproxy.policies;

/**
 * A rule that is correct and probably matches no guest. Immutable.
 *
 * @param rule the rule's label
 * @param message what is odd about its match and what to write instead, on one line
 */
public record RuleWarning(String rule, String message) {
    /** The warning on one line. */
    public String line() {
        return rule + ": " + message;
    }
}
