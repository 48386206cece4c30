package clamd.vproxy.hooks;

import org.jspecify.annotations.Nullable;

/** Says in one line why a text is not the XML of a domain that we can read, and where. */
public final class DomainXmlException extends Exception {
    private static final long serialVersionUID = 1L;

    DomainXmlException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
