package clamd.vproxy.worker;

import java.util.Locale;

/**
 * What becomes of a guest's new connections, as an administrator wants it. Whatever it is, sessions
 * that run go on. Each is stricter than those before it. Immutable.
 */
public enum Admission {
    /** They are served. */
    OPEN,
    /** They wait, for the queue timeout at most, as do those that waited already. */
    PAUSED,
    /** They are refused at once; those that waited already are served. */
    DRAINING;

    /** The word for commands. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What holds where both hold. */
    public Admission stricter(Admission other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
