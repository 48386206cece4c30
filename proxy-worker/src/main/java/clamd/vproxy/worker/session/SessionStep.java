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
    /** Has asked clamd something that it answers at once. */
    REQUEST("awaits clamd's answer"),
    /** Reads a stream and passes it on. */
    UPLOAD("uploads"),
    /** Does not read, since its guest is over its byte rate. */
    RATE_PAUSE("is paused by the byte rate"),
    /** Does not read, since clamd's temporary directory has no room for more. */
    SPOOL_PAUSE("waits for room in the spool"),
    /** Waits for a scan slot with the whole stream at clamd. */
    SLOT("waits for a scan slot"),
    /** Has its stream scanned. */
    SCAN("is scanned"),
    /** Tells the guest what there is to tell, and closes. */
    FAREWELL("says the reply");

    private final String text;

    SessionStep(String text) {
        this.text = text;
    }

    /** For people, as what a session does. */
    public String text() {
        return text;
    }

    /** The word for programs, such as {@code rate-pause}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether it stands in a queue, behind other sessions of its guest or of others. */
    public boolean isQueueing() {
        return switch (this) {
            case QUEUE, PLACE, SPOOL_PAUSE, SLOT -> true;
            case COMMAND, REQUEST, UPLOAD, RATE_PAUSE, SCAN, FAREWELL -> false;
        };
    }
}
