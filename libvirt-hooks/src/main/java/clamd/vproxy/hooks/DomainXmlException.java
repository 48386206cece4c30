package clamd.vproxy.hooks;

import org.jspecify.annotations.Nullable;

/** Reports in one line why a text cannot be read as a domain's XML, and where. */
public final class DomainXmlException extends Exception {
    private static final long serialVersionUID = 1L;

    DomainXmlException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
