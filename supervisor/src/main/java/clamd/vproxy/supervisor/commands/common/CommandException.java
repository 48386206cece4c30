package clamd.vproxy.supervisor.commands.common;

/** Ends a command with one line on stderr, which says what is wrong and what to do. */
public final class CommandException extends Exception {
    private static final long serialVersionUID = 1;

    private final ExitCode exitCode;

    public CommandException(ExitCode exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** Ends a command for a failure whose message is such a line already. */
    public CommandException(ExitCode exitCode, Exception cause) {
        super(cause.getMessage(), cause);
        this.exitCode = exitCode;
    }

    public ExitCode exitCode() {
        return exitCode;
    }
}
