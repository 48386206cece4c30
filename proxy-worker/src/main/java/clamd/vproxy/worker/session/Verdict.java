package clamd.vproxy.worker.session;

import java.util.Locale;

/** The result of a session as its guest sees it. Immutable. */
public enum Verdict {
    /** clamd scanned the stream and found nothing. */
    CLEAN,
    /** clamd found a signature in the stream. */
    INFECTED,
    /**
     * clamd reported that it has not scanned the whole stream, which is neither clean nor infected.
     */
    INCOMPLETE,
    /** PING or VERSION was answered. */
    ANSWERED,
    /** The request failed: a timeout, a lost connection, or an error that clamd reported. */
    ERROR,
    /** The policy did not allow the request. */
    REFUSED,
    /** The guest asked for nothing, or left before its request was complete. */
    NONE;

    /** The prefix that clamd reports with AlertExceedsMax; the limit's name follows (libclamav). */
    private static final String LIMITS = "Heuristics.Limits.Exceeded";

    /** The prefix that clamd reports with AlertEncrypted; the kind of file follows. */
    private static final String ENCRYPTED = "Heuristics.Encrypted.";

    /** Returns the verdict on a stream for which clamd reported this name as found. */
    static Verdict ofFound(String name) {
        return name.equals(LIMITS) || name.startsWith(LIMITS + ".") || name.startsWith(ENCRYPTED)
                ? INCOMPLETE
                : INFECTED;
    }

    /** Returns the label for logs and metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
