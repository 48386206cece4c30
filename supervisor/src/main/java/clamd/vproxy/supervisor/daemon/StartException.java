package clamd.vproxy.supervisor.daemon;

/** The supervisor cannot start; the message is one line for the operator, with what to do. */
public final class StartException extends Exception {
    private static final long serialVersionUID = 1;

    /** A failure whose message is such a line already. */
    public StartException(Exception cause) {
        super(cause.getMessage(), cause);
    }

    /** A failure with its cause. */
    public StartException(String message, Throwable cause) {
        super(message, cause);
    }
}
