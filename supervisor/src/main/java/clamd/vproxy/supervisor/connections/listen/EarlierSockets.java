package clamd.vproxy.supervisor.connections.listen;

import clamd.vproxy.supervisor.connections.vsock.Descriptors;
import clamd.vproxy.supervisor.guests.Guest;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The guests' sockets of an earlier run, whose paths now lead to new sockets. No VMM can connect to
 * them any more, but the connections in their backlogs are served. Confined to the acceptor thread.
 */
final class EarlierSockets implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EarlierSockets.class);

    private final BiPredicate<Guest, ServerSocketChannel> acceptOne;
    private final BooleanSupplier acceptFails;
    private final List<Earlier> all = new ArrayList<>();
    private int taken;

    private record Earlier(Guest guest, ServerSocketChannel socket) {}

    /**
     * Creates an empty set of sockets.
     *
     * @param acceptOne accepts the next connection in a backlog; false if there is none, or none
     *     can be accepted now
     * @param acceptFails whether the last attempt failed, for example for lack of a free descriptor
     */
    EarlierSockets(BiPredicate<Guest, ServerSocketChannel> acceptOne, BooleanSupplier acceptFails) {
        this.acceptOne = acceptOne;
        this.acceptFails = acceptFails;
    }

    /** Returns how many sockets were taken over. */
    int taken() {
        return taken;
    }

    /**
     * Takes over a guest's sockets by their descriptor numbers, and serves the connections in their
     * backlogs.
     */
    void take(Guest guest, List<Integer> numbers) {
        for (int number : numbers) {
            try {
                Earlier earlier = new Earlier(guest, Descriptors.unixListener(number));
                all.add(earlier);
                taken++;
                boolean _ = acceptWaiting(earlier);
            } catch (IOException e) {
                log.atWarn()
                        .addKeyValue("domain", guest.logName())
                        .log("the socket that systemd kept is not used: {}", e.getMessage());
            }
        }
    }

    /**
     * Serves connections that reached a socket just before it was replaced, and closes sockets
     * without waiting connections.
     */
    void acceptLate() {
        for (Iterator<Earlier> each = all.iterator(); each.hasNext(); ) {
            Earlier earlier = each.next();
            if (!acceptWaiting(earlier) && !acceptFails.getAsBoolean()) {
                close(earlier);
                each.remove();
            }
        }
    }

    private boolean acceptWaiting(Earlier earlier) {
        boolean any = false;
        while (acceptOne.test(earlier.guest(), earlier.socket())) {
            any = true;
        }
        return any;
    }

    private static void close(Earlier earlier) {
        try {
            earlier.socket().close();
        } catch (IOException e) {
            log.debug("closing an earlier socket", e);
        }
    }

    /** Serves the connections in the backlogs, and closes the sockets. */
    @Override
    public void close() {
        all.forEach(this::acceptWaiting);
        all.forEach(EarlierSockets::close);
        all.clear();
    }
}
