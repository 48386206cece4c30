package clamd.vproxy.worker.session;

/**
 * Converts clamd's error messages to the only form that no known client takes for a clean result.
 * Some clients misread clamd's own form: {@code clamdscan -} exits with status 0 after {@code
 * stream: Can't allocate memory ERROR}, and others look for the letters OK anywhere. Static
 * function only.
 */
final class FailureText {
    private static final String ERROR = "ERROR";
    private static final String UNSPEAKABLE = "Scanner failed. ERROR";

    /**
     * The longest text in bytes. Clients have buffers of 1 KiB or more; clamd's own texts are
     * shorter than 100 bytes.
     */
    private static final int LONGEST_WORDS = 1000;

    private FailureText() {}

    /** Returns the line for the guest, without terminator, for clamd's {@code text}. */
    static String forGuest(String text) {
        String words =
                text.endsWith(ERROR) ? text.substring(0, text.length() - ERROR.length()) : text;
        words = words.strip();
        if (words.endsWith(".")) {
            words = words.substring(0, words.length() - 1);
        }
        boolean misread =
                words.isEmpty()
                        || words.length() > LONGEST_WORDS
                        || words.contains(":")
                        || words.contains("OK")
                        || words.contains("FOUND");
        return misread ? UNSPEAKABLE : words + ". " + ERROR;
    }
}
