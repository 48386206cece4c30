package clamd.vproxy.hooks.spool;

/** Says in one line why a request cannot be used; nothing of the request stands in it. */
public final class HookRequestException extends Exception {
    private static final long serialVersionUID = 1L;

    HookRequestException(String message) {
        super(message);
    }
}
