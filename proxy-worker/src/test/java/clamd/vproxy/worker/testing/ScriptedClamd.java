package clamd.vproxy.worker.testing;

import clamd.vproxy.worker.clamd.ClamdConnection;
import clamd.vproxy.worker.clamd.ClamdEndpoint;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Supplier;

/** An endpoint that hands out one scripted connection. Confined to the thread of the test. */
public final class ScriptedClamd implements ClamdEndpoint {
    private final ClamdConnection connection;
    private Supplier<IOException> refusal = () -> new IOException("a second connection");
    private int connections;
    private boolean refusing;

    public ScriptedClamd(ClamdConnection connection) {
        this.connection = connection;
    }

    /** From now on nobody gets a connection. */
    public void refuses() {
        refusing = true;
        refusal = () -> new IOException("cannot connect to clamd at test: Connection refused");
    }

    /** From now on connecting hits a defect of ours. */
    public void fails() {
        refusing = true;
        refusal =
                () -> {
                    throw new IllegalStateException("a defect");
                };
    }

    @Override
    public ClamdConnection connect(Duration limit) throws IOException {
        if (limit.isZero() || limit.isNegative()) {
            throw new AssertionError("no time to connect: " + limit);
        }
        if (refusing || connections > 0) {
            throw refusal.get();
        }
        connections++;
        return connection;
    }

    /** How many connections were made. */
    public int connections() {
        return connections;
    }
}
