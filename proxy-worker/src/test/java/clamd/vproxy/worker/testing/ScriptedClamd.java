package clamd.vproxy.worker.testing;

import clamd.vproxy.worker.clamd.ClamdConnection;
import clamd.vproxy.worker.clamd.ClamdEndpoint;
import clamd.vproxy.worker.clamd.ClamdUnreachableException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An endpoint that hands out scripted connections. Confined to the thread of the test. */
public final class ScriptedClamd implements ClamdEndpoint {
    private final ClamdConnection connection;
    private final Deque<ClamdConnection> further = new ArrayDeque<>();
    private Supplier<IOException> refusal = () -> new IOException("a second connection");
    private Runnable whenConnected = () -> {};
    private @Nullable ClamdConnection watching;
    private int connections;
    private boolean refusing;

    public ScriptedClamd(ClamdConnection connection) {
        this.connection = connection;
    }

    /** Hands out this one, too, after all others. */
    public void handsOut(ClamdConnection next) {
        further.add(next);
    }

    /** From now on nobody gets a connection. */
    public void refuses() {
        refusing = true;
        refusal =
                () ->
                        ClamdUnreachableException.refused(
                                this, new IOException("Connection refused"));
    }

    /** From now on there is a connection again. */
    public void accepts() {
        refusing = false;
    }

    /** The next connection belongs to a watch on clamd's health, and is this one. */
    public void isWatchedBy(ClamdConnection watch) {
        watching = watch;
    }

    /** From now on connecting hits a defect of ours. */
    public void fails() {
        refusing = true;
        refusal =
                () -> {
                    throw new IllegalStateException("a defect");
                };
    }

    /** Something that happens when the connection is handed out. */
    public void whenConnected(Runnable event) {
        whenConnected = event;
    }

    @Override
    public ClamdConnection connect(Duration limit) throws IOException {
        if (limit.isZero() || limit.isNegative()) {
            throw new AssertionError("no time to connect: " + limit);
        }
        ClamdConnection watch = watching;
        watching = null;
        if (!refusing && watch != null) {
            return watch;
        }
        if (refusing || (connections > 0 && further.isEmpty())) {
            throw refusal.get();
        }
        ClamdConnection next = connections == 0 ? connection : further.remove();
        connections++;
        whenConnected.run();
        return next;
    }

    /** Where it listens. */
    @Override
    public String toString() {
        return "test";
    }

    /** How many connections were made. */
    public int connections() {
        return connections;
    }
}
