package clamd.vproxy.hooks.install;

/**
 * What one look at an installation gave. Immutable.
 *
 * @param ok whether all is as it should be
 * @param text what was looked at; if it is not {@code ok}, also the command that fixes it
 */
public record Finding(boolean ok, String text) {
    static Finding ok(String text) {
        return new Finding(true, text);
    }

    static Finding fix(String text, String command) {
        return new Finding(false, text + "; run: " + command);
    }

    /** One line for people. */
    public String line() {
        return (ok ? "ok    " : "fix   ") + text;
    }
}
