package clamd.vproxy.worker.clamd;

import java.io.IOException;
import java.time.Duration;

/**
 * The address where clamd listens; {@code toString} gives the text that an operator writes for it.
 * Thread-safe.
 */
public interface ClamdEndpoint {
    /**
     * Opens a connection, waiting at most {@code limit} for clamd to accept it.
     *
     * @throws ClamdUnreachableException if no process accepts the connection in time
     * @throws IOException if the connection cannot be opened for a local reason; as in the other
     *     exception, the message names the endpoint
     */
    ClamdConnection connect(Duration limit) throws IOException;
}
