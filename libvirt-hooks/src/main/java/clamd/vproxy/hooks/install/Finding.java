package clamd.vproxy.hooks.install;

/**
 * The result of one check of an installation. Immutable.
 *
 * @param ok whether the check passed
 * @param text what was checked; if it is not {@code ok}, also the command that fixes it
 */
public record Finding(boolean ok, String text) {
    static Finding ok(String text) {
        return new Finding(true, text);
    }

    static Finding fix(String text, String command) {
        return new Finding(false, text + "; run: " + command);
    }

    /** Returns the finding as one line for people. */
    public String line() {
        return (ok ? "ok    " : "fix   ") + text;
    }
}
