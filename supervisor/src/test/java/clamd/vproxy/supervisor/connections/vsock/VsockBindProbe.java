package clamd.vproxy.supervisor.connections.vsock;

import java.io.IOException;

/**
 * Tries to listen: prints the line that the daemon would print and exits 1, or exits 0. Only for a
 * VM of its own.
 */
public final class VsockBindProbe {
    private VsockBindProbe() {}

    /** Takes CID and port. */
    public static void main(String[] arguments) throws IOException {
        try {
            VsockListener.bind(Long.parseLong(arguments[0]), Long.parseLong(arguments[1]), 1)
                    .close();
        } catch (IOException e) {
            System.out.println(e.getMessage());
            System.exit(1);
        }
    }
}
