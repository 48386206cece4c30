package clamd.vproxy.worker.clamd.conf;

/**
 * One comparison of our limits with clamd's. Immutable.
 *
 * @param level how much it matters
 * @param subject what was compared, a few words
 * @param ours our value, or the one we would like to see
 * @param clamds clamd's value
 * @param advice what follows from it and what to do
 */
public record Finding(Level level, String subject, String ours, String clamds, String advice) {
    /** How much a finding matters. */
    public enum Level {
        /** Fits. */
        OK,
        /** Works, and is worth knowing. */
        NOTE,
        /** Guests get wrong or late answers, or can hurt each other, until somebody acts. */
        WARNING
    }

    /** A finding on a switch of clamd.conf that should be on, of this level while it is off. */
    static Finding ofSwitch(
            String subject, String option, boolean on, Level whileOff, String advice) {
        return new Finding(
                on ? Level.OK : whileOff,
                subject,
                option + " yes",
                option + (on ? " yes" : " no"),
                advice);
    }

    /** The finding in one line, for the log. */
    public String line() {
        return "%s: ours %s, clamd's %s: %s".formatted(subject, ours, clamds, advice);
    }
}
