package clamd.vproxy.supervisor.sources.libvirt;

import clamd.vproxy.supervisor.base.threads.SupervisorThreads;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Opens connections within a time limit. Confined to the watcher's thread.
 *
 * <p>libvirt's open call blocks while its daemon hangs, and cannot be cancelled. So each attempt
 * runs on a thread of its own, which is abandoned after the limit and closes any connection that it
 * opens later. Only a few attempts may hang at a time; no further one begins until one of them
 * returns.
 */
final class ConnectionOpener {
    static final int MOST_ATTEMPTS = 3;

    private final LibvirtClient client;
    private final String uri;
    private final Duration limit;
    private final Semaphore attempts = new Semaphore(MOST_ATTEMPTS);

    ConnectionOpener(LibvirtClient client, String uri, Duration limit) {
        this.client = client;
        this.uri = uri;
        this.limit = limit;
    }

    LibvirtConnection open(LibvirtListener listener)
            throws LibvirtCallException, InterruptedException {
        if (!attempts.tryAcquire(limit.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new LibvirtCallException(
                    "%d attempts to connect hang; is libvirtd frozen?".formatted(MOST_ATTEMPTS));
        }
        CompletableFuture<LibvirtConnection> answer = new CompletableFuture<>();
        try {
            SupervisorThreads.start("libvirt-open", () -> attempt(listener, answer));
        } catch (Throwable e) {
            attempts.release();
            throw e;
        }
        return await(answer);
    }

    private void attempt(LibvirtListener listener, CompletableFuture<LibvirtConnection> answer) {
        try {
            LibvirtConnection connection = client.open(uri, listener);
            if (!answer.complete(connection)) {
                connection.close();
            }
        } catch (LibvirtCallException | RuntimeException | Error e) {
            answer.completeExceptionally(e);
        } finally {
            attempts.release();
        }
    }

    private LibvirtConnection await(CompletableFuture<LibvirtConnection> answer)
            throws LibvirtCallException, InterruptedException {
        try {
            return answer.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new LibvirtCallException(OneLine.of(cause), cause);
        } catch (TimeoutException e) {
            abandon(answer, e);
            throw new LibvirtCallException(
                    "no answer to an attempt to connect within " + limit.toMillis() + " ms", e);
        } catch (InterruptedException e) {
            abandon(answer, e);
            throw e;
        }
    }

    // from now on the attempt's own thread closes its connection, unless it has just completed
    private static void abandon(CompletableFuture<LibvirtConnection> answer, Exception why) {
        if (!answer.completeExceptionally(why) && !answer.isCompletedExceptionally()) {
            answer.join().close();
        }
    }
}
