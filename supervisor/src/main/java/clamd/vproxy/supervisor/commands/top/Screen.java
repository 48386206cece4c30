package clamd.vproxy.supervisor.commands.top;

import java.io.IOException;
import java.util.OptionalInt;

/** Where a person looks at and has keys. Confined to one thread. */
interface Screen {
    /** How large it is now. */
    record Size(int width, int height) {}

    /** The size now. */
    Size size() throws IOException;

    /** Shows these lines in place of those before; no more and no longer ones than fit. */
    void show(Iterable<String> lines) throws IOException;

    /**
     * Waits a moment for a key, a tenth of a second at most.
     *
     * @return the key; empty if there was none
     */
    OptionalInt key() throws IOException;
}
