package clamd.vproxy.supervisor.commands.common;

/** What the process ends with; the numbers are those of sysexits(3) where one fits. Immutable. */
public enum ExitCode {
    /** Done, or stopped by a signal after draining. */
    OK(0),
    /**
     * A command found what it was asked to find, such as limits that do not fit, or could not do
     * it.
     */
    FAILED(1),
    /** The command line is wrong. */
    USAGE(64),
    /** Something outside that it needs is not available; the message names it. */
    UNAVAILABLE(69),
    /** A defect of ours. */
    INTERNAL(70),
    /** The output of a command cannot be written. */
    OUTPUT(74),
    /** The daemon answers, and is not ready: it does not serve guests, or cannot write its log. */
    NOT_READY(75),
    /** A configuration file is wrong. */
    CONFIG(78);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    /** The process's exit status. */
    public int number() {
        return number;
    }
}
