package clamd.vproxy.supervisor.commands.common;

/** Ends a command with one line on stderr that reports what is wrong and what to do. */
public final class CommandException extends Exception {
    private static final long serialVersionUID = 1;

    private final ExitCode exitCode;

    public CommandException(ExitCode exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** Creates an exception for a failure whose message is already such a line. */
    public CommandException(ExitCode exitCode, Exception cause) {
        super(cause.getMessage(), cause);
        this.exitCode = exitCode;
    }

    public ExitCode exitCode() {
        return exitCode;
    }
}
