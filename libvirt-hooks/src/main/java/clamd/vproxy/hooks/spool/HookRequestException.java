package clamd.vproxy.hooks.spool;

/** Reports in one line why a request cannot be used, without quoting any of it. */
public final class HookRequestException extends Exception {
    private static final long serialVersionUID = 1L;

    HookRequestException(String message) {
        super(message);
    }
}
