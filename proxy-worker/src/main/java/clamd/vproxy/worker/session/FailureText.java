package clamd.vproxy.worker.session;

/**
 * clamd's error messages in the one form that no known client takes for clean. As clamd writes them
 * some do: {@code clamdscan -} ends with 0 after {@code stream: Can't allocate memory ERROR}, and
 * others look for the letters OK anywhere. Static function only.
 */
final class FailureText {
    private static final String ERROR = "ERROR";
    private static final String UNSPEAKABLE = "Scanner failed. ERROR";

    /** Clients read into buffers of a kibibyte and more; clamd's own texts are below 100 bytes. */
    private static final int LONGEST_WORDS = 1000;

    private FailureText() {}

    /** The line for the guest, without terminator, for clamd's {@code text}. */
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
