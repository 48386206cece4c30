package clamd.vproxy.hooks.spool;

/**
 * The daemon's answer to the script, one line of printable ASCII. Immutable.
 *
 * @param line the line without its end
 */
public record HookAnswer(String line) {
    /** The answer that the guest may start. */
    public static final HookAnswer ADMITTED = new HookAnswer("admitted");

    private static final int MOST_CHARACTERS = 500;

    /**
     * Limits the line to 500 characters of printable ASCII, because a shell and a terminal read it.
     */
    public HookAnswer {
        line = line.replaceAll("[^ -~]", "?");
        line = line.substring(0, Math.min(line.length(), MOST_CHARACTERS));
    }

    /** Returns the answer that no policy admits the guest; a strict script refuses its start. */
    public static HookAnswer refused(String reason) {
        return new HookAnswer("refused " + reason);
    }

    /** Returns the answer that the request could not be judged; it counts as no answer. */
    public static HookAnswer failed(String reason) {
        return new HookAnswer("failed " + reason);
    }
}
