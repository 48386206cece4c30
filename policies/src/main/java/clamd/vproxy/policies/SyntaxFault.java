package clamd.vproxy.policies;

import java.io.IOException;

/** The text is no JSON from some character on. */
final class SyntaxFault extends IOException {
    private static final long serialVersionUID = 1;
    private final long offset;
    private final String explanation;

    /** The offset counts UTF-16 units from 0. */
    SyntaxFault(long offset, String explanation) {
        super(explanation);
        this.offset = offset;
        this.explanation = explanation;
    }

    long offset() {
        return offset;
    }

    String explanation() {
        return explanation;
    }
}
