package clamd.vproxy.supervisor.commands.common;

/**
 * The exit codes of the process; the numbers are those of sysexits(3) where one fits. Immutable.
 */
public enum ExitCode {
    /** The command succeeded, or a signal stopped the daemon after draining. */
    OK(0),
    /** A command found problems, such as limits that do not fit, or could not do its work. */
    FAILED(1),
    /** The command line is wrong. */
    USAGE(64),
    /** An external resource is not available; the message names it. */
    UNAVAILABLE(69),
    /** The program has a defect. */
    INTERNAL(70),
    /** The output of a command cannot be written. */
    OUTPUT(74),
    /** The daemon answers but is not ready: it does not serve guests, or cannot write its log. */
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
