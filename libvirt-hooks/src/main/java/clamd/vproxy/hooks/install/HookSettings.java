package clamd.vproxy.hooks.install;

import java.util.regex.Pattern;

/**
 * The settings of an installed hook. Immutable.
 *
 * @param spool the folder where the hook leaves requests: an absolute path without {@code .},
 *     {@code ..} and anything that a shell would want quoted
 * @param strictness when the hook refuses a start
 */
public record HookSettings(String spool, Strictness strictness) {
    /** The supervisor's default spool. */
    public static final String DEFAULT_SPOOL = "/run/clamd-vproxy/hook";

    private static final Pattern SPOOL = Pattern.compile("(/(?!\\.{1,2}(/|$))[A-Za-z0-9._@+-]+)+");

    static final HookSettings DEFAULT = new HookSettings(DEFAULT_SPOOL, Strictness.OFF);

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException if {@code spool} is not such a path
     */
    public HookSettings {
        if (!SPOOL.matcher(spool).matches()) {
            throw new IllegalArgumentException(
                    "\""
                            + spool
                            + "\" is not an absolute path of letters, digits and . _ @ + - such as "
                            + DEFAULT_SPOOL);
        }
    }
}
