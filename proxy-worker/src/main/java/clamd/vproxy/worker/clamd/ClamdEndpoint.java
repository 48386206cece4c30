package clamd.vproxy.worker.clamd;

import java.io.IOException;
import java.time.Duration;

/** Where clamd listens. Thread-safe. */
public interface ClamdEndpoint {
    /**
     * Opens a connection, waiting at most {@code limit} for clamd to take it.
     *
     * @throws IOException if clamd cannot be reached in time; the message names the endpoint
     */
    ClamdConnection connect(Duration limit) throws IOException;
}
