package clamd.vproxy.policies;

/**
 * The place that set the value of a guest's limit. Immutable.
 *
 * @param layer the layer that has the value; of several, the one nearest to the guest
 * @param label the place as text, for logs and explain: {@code
 *     rules[2]@/etc/clamd-vproxy/policy.json:17}, {@code classes.gold@policy.json:9}, {@code
 *     defaults@policy.json:4}, {@code options}, {@code built-in}
 */
public record LimitSource(Layer layer, String label) {

    /** The layers that can set a value; earlier ones override later ones. */
    public enum Layer {
        /** The rule itself, or the file's {@code unmatched} for guests that match no rule. */
        RULE,
        /** The class that the rule names. */
        CLASS,
        /** The file's {@code defaults}. */
        FILE_DEFAULTS,
        /** The entry of the guest's tenant in {@code tenants}. */
        TENANT,
        /** The file's {@code tenantDefaults}. */
        TENANT_DEFAULTS,
        /** The limits of the command line, or the built-in ones. */
        COMMAND_LINE
    }

    /** The source of values that an option of the daemon sets. */
    private static final LimitSource OPTIONS = new LimitSource(Layer.COMMAND_LINE, "options");

    private static final LimitSource BUILT_IN = new LimitSource(Layer.COMMAND_LINE, "built-in");

    /** Returns the source of a value that the policy file does not set. */
    static LimitSource underneath(Limit limit, LimitValue value) {
        return value.equals(limit.standard()) ? BUILT_IN : OPTIONS;
    }
}
