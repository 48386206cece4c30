package clamd.vproxy.hooks.install;

import java.io.IOException;

/** Reports in one line why the hook was left as it is, and what to do. */
public final class HookException extends Exception {
    private static final long serialVersionUID = 1L;

    HookException(String message) {
        super(message);
    }

    HookException(String message, IOException cause) {
        super(message, cause);
    }
}
