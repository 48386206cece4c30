package clamd.vproxy.policies;

/**
 * Where the value of one limit of a guest came from. Immutable.
 *
 * @param layer which of the layers, the nearest to the guest first, had the value
 * @param label the place in words, for logs and explain: {@code
 *     rules[2]@/etc/clamd-vproxy/policy.json:17}, {@code classes.gold@policy.json:9}, {@code
 *     defaults@policy.json:4}, {@code options}, {@code built-in}
 */
public record LimitSource(Layer layer, String label) {

    /** The layers a value can come from, the one that wins first. */
    public enum Layer {
        /** The rule itself, or the fate of guests that match no rule. */
        RULE,
        /** The class that the rule names. */
        CLASS,
        /** The file's {@code defaults}. */
        FILE_DEFAULTS,
        /** The entry of the guest's tenant in {@code tenants}. */
        TENANT,
        /** The file's {@code tenantDefaults}. */
        TENANT_DEFAULTS,
        /** The limits underneath the file: the command line's, or the built-in ones. */
        COMMAND_LINE
    }

    /** The source of what an option of the daemon sets. */
    private static final LimitSource OPTIONS = new LimitSource(Layer.COMMAND_LINE, "options");

    private static final LimitSource BUILT_IN = new LimitSource(Layer.COMMAND_LINE, "built-in");

    /** The source of what the policy file does not set. */
    static LimitSource underneath(Limit limit, LimitValue value) {
        return value.equals(limit.standard()) ? BUILT_IN : OPTIONS;
    }
}
