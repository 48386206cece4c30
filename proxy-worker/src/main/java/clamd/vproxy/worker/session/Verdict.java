package clamd.vproxy.worker.session;

import java.util.Locale;

/** What a session came to for the guest. Immutable. */
public enum Verdict {
    /** clamd scanned the stream and found nothing. */
    CLEAN,
    /** clamd found a signature in the stream. */
    INFECTED,
    /** PING or VERSION was answered. */
    ANSWERED,
    /** No answer could be had: a timeout, a lost connection, or an error that clamd reported. */
    ERROR,
    /** The policy did not allow what was asked. */
    REFUSED,
    /** The guest asked for nothing, or left before its request was complete. */
    NONE;

    /** The word for logs and metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
