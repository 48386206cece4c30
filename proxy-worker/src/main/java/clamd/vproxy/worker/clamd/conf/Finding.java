package clamd.vproxy.worker.clamd.conf;

/**
 * One comparison of the daemon's limits with clamd's. Immutable.
 *
 * @param level how much it matters
 * @param subject what was compared, in a few words
 * @param ours the daemon's value, or the recommended one
 * @param clamds clamd's value
 * @param advice the consequence and what to do
 */
public record Finding(Level level, String subject, String ours, String clamds, String advice) {
    /** How much a finding matters. */
    public enum Level {
        /** The limits fit. */
        OK,
        /** The configuration works, but the administrator should know this. */
        NOTE,
        /**
         * Guests get wrong or late answers, or can harm each other, until the administrator acts.
         */
        WARNING
    }

    /**
     * Returns a finding on a switch of clamd.conf that should be on; it has this level while the
     * switch is off.
     */
    static Finding ofSwitch(
            String subject, String option, boolean on, Level whileOff, String advice) {
        return new Finding(
                on ? Level.OK : whileOff,
                subject,
                option + " yes",
                option + (on ? " yes" : " no"),
                advice);
    }

    /** Returns the finding as one line, for the log. */
    public String line() {
        return "%s: ours %s, clamd's %s: %s".formatted(subject, ours, clamds, advice);
    }
}
