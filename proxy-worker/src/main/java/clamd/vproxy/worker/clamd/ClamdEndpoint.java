package clamd.vproxy.worker.clamd;

import java.io.IOException;
import java.time.Duration;

/** Where clamd listens; its text is what an operator writes for it. Thread-safe. */
public interface ClamdEndpoint {
    /**
     * Opens a connection, waiting at most {@code limit} for clamd to take it.
     *
     * @throws ClamdUnreachableException if nobody takes the connection in time
     * @throws IOException if it cannot be opened for a reason that lies with us; like the other's,
     *     the message names the endpoint
     */
    ClamdConnection connect(Duration limit) throws IOException;
}
