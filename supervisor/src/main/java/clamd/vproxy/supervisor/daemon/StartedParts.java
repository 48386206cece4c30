package clamd.vproxy.supervisor.daemon;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts that have started: {@link #close} stops them in reverse order, each whatever became of
 * the others. Confined to one thread.
 */
final class StartedParts implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(StartedParts.class);

    private final ArrayDeque<AutoCloseable> started = new ArrayDeque<>();

    /** Opens a part. */
    @FunctionalInterface
    interface Opening<T> {
        T open() throws IOException;
    }

    /** Has {@link #close} stop this part before all that were added earlier. */
    <T extends AutoCloseable> T add(T part) {
        started.push(part);
        return part;
    }

    /**
     * Opens a part and adds it.
     *
     * @param failure what the operator reads before the reason, such as "cannot keep a file: "
     */
    <T extends AutoCloseable> T open(String failure, Opening<T> opening) throws StartException {
        return add(opened(failure, opening));
    }

    /**
     * Opens a part and adds it, or goes on without one that nobody asked for.
     *
     * @param consequence what the log says before the reason if the daemon goes on without
     */
    <T extends AutoCloseable> Optional<T> open(
            boolean required, String failure, String consequence, Opening<T> opening)
            throws StartException {
        try {
            return Optional.of(open(failure, opening));
        } catch (StartException e) {
            if (required || !(e.getCause() instanceof IOException cause)) {
                throw e;
            }
            log.warn("{}: {}", consequence, cause.getMessage());
            return Optional.empty();
        }
    }

    /** Opens a part that is added later, in its place in the order of a stop. */
    static <T> T opened(String failure, Opening<T> opening) throws StartException {
        try {
            return opening.open();
        } catch (IOException e) {
            throw new StartException(failure + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        while (!started.isEmpty()) {
            AutoCloseable part = started.pop();
            try {
                part.close();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                log.warn("stopping {} failed", part.getClass().getSimpleName(), e);
            }
        }
    }
}
