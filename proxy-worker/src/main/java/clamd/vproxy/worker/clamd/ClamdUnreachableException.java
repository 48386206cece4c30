package clamd.vproxy.worker.clamd;

import java.io.IOException;

/**
 * Reports that the other side did not accept a connection. A local failure, such as a lack of
 * descriptors, is any other {@link IOException}: guests can cause it, and it does not mean that
 * clamd is down.
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

    /**
     * Returns a failure for an {@code endpoint} where no process listens, or which denies access.
     */
    public static ClamdUnreachableException refused(Object endpoint, IOException cause) {
        String reason = String.valueOf(cause.getMessage());
        return new ClamdUnreachableException(endpoint, reason, true, cause);
    }

    /**
     * Returns a failure for an {@code endpoint} that may have a listener, which accepts no
     * connections now.
     */
    public static ClamdUnreachableException busy(Object endpoint, IOException cause) {
        String reason = String.valueOf(cause.getMessage());
        return new ClamdUnreachableException(endpoint, reason, false, cause);
    }

    /** Returns what was wrong, without the endpoint. */
    String reason() {
        return reason;
    }

    /**
     * Whether no process listens there or access is denied; otherwise clamd accepts no connections
     * now.
     */
    boolean isRefused() {
        return refused;
    }

    /** Whether no process listens there: denied access does not show that (connect(2)). */
    boolean meansNobodyListens() {
        return refused && !reason.contains("Permission denied");
    }
}
