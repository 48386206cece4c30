package clamd.vproxy.supervisor.daemon;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts that have started: {@link #close} stops them in reverse order, even if stopping some of
 * them fails. Confined to one thread.
 */
final class StartedParts implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(StartedParts.class);

    private final ArrayDeque<AutoCloseable> started = new ArrayDeque<>();

    /** Opens a part. */
    @FunctionalInterface
    interface Opening<T> {
        T open() throws IOException;
    }

    /** Makes {@link #close} stop this part before all parts that were added earlier. */
    <T extends AutoCloseable> T add(T part) {
        started.push(part);
        return part;
    }

    /**
     * Opens a part and adds it.
     *
     * @param failure the text that precedes the reason in the operator's message, such as "cannot
     *     keep a file: "
     */
    <T extends AutoCloseable> T open(String failure, Opening<T> opening) throws StartException {
        return add(opened(failure, opening));
    }

    /**
     * Opens a part and adds it; if opening fails and the part is not required, continues without
     * it.
     *
     * @param consequence the text that precedes the reason in the log if the daemon continues
     *     without the part
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

    /**
     * Opens a part that the caller adds later, so that it gets the right position in the order of a
     * stop.
     */
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
