package clamd.vproxy.supervisor.commands.top;

import java.io.IOException;
import java.util.OptionalInt;

/** The screen and keyboard of a user. Confined to one thread. */
interface Screen {
    /** The size of the screen. */
    record Size(int width, int height) {}

    /** Returns the current size. */
    Size size() throws IOException;

    /**
     * Shows these lines in place of the previous ones. The lines must fit the screen in number and
     * length.
     */
    void show(Iterable<String> lines) throws IOException;

    /**
     * Waits for a key, a tenth of a second at most.
     *
     * @return the key; empty if there was none
     */
    OptionalInt key() throws IOException;
}
