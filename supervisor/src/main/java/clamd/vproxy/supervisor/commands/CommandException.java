package clamd.vproxy.supervisor.commands;

/** Ends a command with one line on stderr, which says what is wrong and what to do. */
final class CommandException extends Exception {
    private static final long serialVersionUID = 1;

    private final ExitCode exitCode;

    CommandException(ExitCode exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** Ends a command for a failure whose message is such a line already. */
    CommandException(ExitCode exitCode, Exception cause) {
        super(cause.getMessage(), cause);
        this.exitCode = exitCode;
    }

    ExitCode exitCode() {
        return exitCode;
    }
}
