package clamd.vproxy.worker;

import java.util.Locale;

/**
 * The admission of new connections of a guest, as set by an administrator. Running sessions
 * continue in every state. Each constant is stricter than the previous one. Immutable.
 */
public enum Admission {
    /** New connections are served. */
    OPEN,
    /** New connections and already waiting ones wait, for the queue timeout at most. */
    PAUSED,
    /** New connections are refused immediately; already waiting ones are served. */
    DRAINING;

    /** Returns the label for commands. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the stricter one of this admission and another. */
    public Admission stricter(Admission other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
