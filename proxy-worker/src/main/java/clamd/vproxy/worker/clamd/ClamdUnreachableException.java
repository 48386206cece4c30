package clamd.vproxy.worker.clamd;

import java.io.IOException;

/**
 * The other side did not take a connection. A failure that lies with us, such as a lack of
 * descriptors, is any other {@link IOException}: guests can bring that about, and it says nothing
 * of clamd.
 */
public final class ClamdUnreachableException extends IOException {
    private static final long serialVersionUID = 1;

    private final String reason;
    private final boolean refused;

    private ClamdUnreachableException(
            Object endpoint, String reason, boolean refused, IOException cause) {
        super("cannot connect to clamd at " + endpoint + ": " + reason, cause);
        this.reason = reason;
        this.refused = refused;
    }

    /** Nobody listens at {@code endpoint}, or not to us. */
    public static ClamdUnreachableException refused(Object endpoint, IOException cause) {
        String reason = String.valueOf(cause.getMessage());
        return new ClamdUnreachableException(endpoint, reason, true, cause);
    }

    /** Somebody may listen at {@code endpoint}, but takes no connections now. */
    public static ClamdUnreachableException busy(Object endpoint, IOException cause) {
        String reason = String.valueOf(cause.getMessage());
        return new ClamdUnreachableException(endpoint, reason, false, cause);
    }

    /** What was wrong, without the endpoint. */
    String reason() {
        return reason;
    }

    /** Whether nobody listens there, or not to us; if not, clamd takes no connections now. */
    boolean isRefused() {
        return refused;
    }

    /** Whether no process listens there: a lack of rights says nothing of that (connect(2)). */
    boolean meansNobodyListens() {
        return refused && !reason.contains("Permission denied");
    }
}
