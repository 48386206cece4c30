package clamd.vproxy.supervisor.guests;

import clamd.vproxy.supervisor.base.threads.SupervisorThreads;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * The registry's only writer: makes all changes one after the other on the thread {@code
 * guest-registry}. Thread-safe, guarded by itself.
 *
 * <p>The queue is unbounded, so a thread that submits in a loop must wait for each change before
 * the next.
 */
public final class RegistryWriter implements AutoCloseable {
    private record Change(Consumer<GuestRegistry> step, CompletableFuture<Void> done) {}

    private static final Change LAST = new Change(_ -> {}, new CompletableFuture<>());

    private final GuestRegistry registry;
    private final BlockingQueue<Change> queue = new LinkedBlockingQueue<>();
    private boolean closed;

    /**
     * Starts the writer's thread.
     *
     * @param registry the registry, which no other thread may change
     */
    public RegistryWriter(GuestRegistry registry) {
        this.registry = registry;
        SupervisorThreads.start("guest-registry", this::run);
    }

    /** Returns the registry, for reading. */
    public GuestRegistry registry() {
        return registry;
    }

    /**
     * Queues a change, which must not block.
     *
     * @param step makes the calls on the registry
     * @return complete when the calls are made and the listener has been called; exceptionally if
     *     the change threw, or with {@link RejectedExecutionException} after {@link #close}
     */
    public CompletableFuture<Void> submit(Consumer<GuestRegistry> step) {
        Change change = new Change(step, new CompletableFuture<>());
        if (!enqueue(change)) {
            change.done()
                    .completeExceptionally(
                            new RejectedExecutionException("the guest registry is closed"));
        }
        return change.done();
    }

    /** Ends the thread after the changes submitted so far. */
    @Override
    public synchronized void close() {
        if (enqueue(LAST)) {
            closed = true;
        }
    }

    private synchronized boolean enqueue(Change change) {
        return !closed && queue.add(change);
    }

    private void run() {
        try {
            for (Change next = queue.take(); !next.equals(LAST); next = queue.take()) {
                make(next);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        }
    }

    private void make(Change change) {
        try {
            change.step().accept(registry);
        } catch (RuntimeException | Error e) {
            change.done().completeExceptionally(e);
        }
        change.done().complete(null);
    }
}
