package clamd.vproxy.supervisor.daemon;

/**
 * Thrown when the supervisor cannot start; the message is one line for the operator, with what to
 * do.
 */
public final class StartException extends Exception {
    private static final long serialVersionUID = 1;

    /** Creates an exception from one whose message is already such a line. */
    public StartException(Exception cause) {
        super(cause.getMessage(), cause);
    }

    /** Creates an exception with its message and cause. */
    public StartException(String message, Throwable cause) {
        super(message, cause);
    }
}
