package clamd.vproxy.worker.session;

import java.util.Locale;

/** The stages of a session, in order. */
public enum SessionStep {
    /** Waits for its guest's connection quota or rate. */
    QUEUE("waits for its turn"),
    /** Reads the guest's command. */
    COMMAND("reads the command"),
    /** Waits for a permit at a clamd and connects to it. */
    PLACE("waits for a place at clamd"),
    /** Waits for clamd's reply to a command other than INSTREAM. */
    REQUEST("awaits clamd's answer"),
    /** Reads a stream and relays it to clamd. */
    UPLOAD("uploads"),
    /** Does not read, since its guest is over its byte rate. */
    RATE_PAUSE("is paused by the byte rate"),
    /** Does not read, since clamd's temporary directory has no room for more. */
    SPOOL_PAUSE("waits for room in the spool"),
    /** Waits for a scan slot with the whole stream at clamd. */
    SLOT("waits for a scan slot"),
    /** Waits while clamd scans the stream. */
    SCAN("is scanned"),
    /** Sends the guest its last line, and closes. */
    FAREWELL("says the reply");

    private final String text;

    SessionStep(String text) {
        this.text = text;
    }

    /** Returns the step as a phrase for display. */
    public String text() {
        return text;
    }

    /** Returns the label for programs, such as {@code rate-pause}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Whether a session in this step waits behind other sessions, of its own guest or of others.
     */
    public boolean isQueueing() {
        return switch (this) {
            case QUEUE, PLACE, SPOOL_PAUSE, SLOT -> true;
            case COMMAND, REQUEST, UPLOAD, RATE_PAUSE, SCAN, FAREWELL -> false;
        };
    }
}
