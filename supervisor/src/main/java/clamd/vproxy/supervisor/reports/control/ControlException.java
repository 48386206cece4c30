package clamd.vproxy.supervisor.reports.control;

/** Thrown when a request cannot be served; the message is for its sender. */
public final class ControlException extends Exception {
    private static final long serialVersionUID = 1;

    /**
     * @param message one line: what is wrong, what to do
     */
    public ControlException(String message) {
        super(message);
    }
}
