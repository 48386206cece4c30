package clamd.vproxy.supervisor.connections.vsock;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;

/**
 * A call in a thread of its own, of which it can be said that it waits and that it ended. Platform
 * threads, as in the daemon: on virtual ones junixsocket polls.
 */
final class Waiting<T> {
    private static final ExecutorService THREADS = Executors.newCachedThreadPool();

    /** Longer than several wake-ups of a waiting accept. */
    private static final long WAITS_MILLIS = 700;

    private final Future<T> call;

    private Waiting(Future<T> call) {
        this.call = call;
    }

    /** Starts the call and makes sure that it has not ended some time later. */
    static <T> Waiting<T> in(Callable<T> call) {
        Waiting<T> waiting = new Waiting<>(THREADS.submit(call));
        waiting.stillWaits();
        return waiting;
    }

    void stillWaits() {
        assertThatThrownBy(() -> call.get(WAITS_MILLIS, MILLISECONDS))
                .as("a call that has to wait")
                .isInstanceOf(TimeoutException.class);
    }

    /** Returns what the call returned, or throws what it threw; fails if it is late. */
    T ended() throws Exception {
        try {
            return call.get(5, SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }
}
