package clamd.vproxy.supervisor.sources.libvirt;

import clamd.vproxy.hooks.DomainDescription;
import clamd.vproxy.hooks.DomainXmlException;
import clamd.vproxy.supervisor.base.threads.SupervisorThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Reads the domains of a connect URI once, for short-lived commands. Thread-safe.
 *
 * <p>Each look has its own thread and read-only connection. libvirt's calls cannot be cancelled, so
 * a look that takes too long is abandoned; its daemon thread does not keep the process alive.
 */
public final class DomainLook {
    private final LibvirtClient client;
    private final String uri;
    private final Duration limit;

    /**
     * Creates a look without connecting to libvirt.
     *
     * @param limit how long a whole look may take, more than 0
     */
    public DomainLook(LibvirtClient client, String uri, Duration limit) {
        this.client = client;
        this.uri = uri;
        this.limit = limit;
    }

    /**
     * Returns the domains that run now, each as its live XML describes it.
     *
     * @throws LibvirtCallException if libvirt does not answer in time, or a domain cannot be read
     */
    public List<DomainDescription> running() throws LibvirtCallException, InterruptedException {
        return look(connection -> {
            List<DomainDescription> running = new ArrayList<>();
            for (UUID uuid : connection.activeDomains()) {
                // a domain that ended after the list was made has no id any more
                connection
                        .describe(uuid)
                        .filter(domain -> domain.id().isPresent())
                        .ifPresent(running::add);
            }
            return running;
        });
    }

    /**
     * Returns the domain with this UUID, or else the one with this name, running or not.
     *
     * @throws LibvirtCallException if libvirt does not answer in time, or the domain cannot be read
     */
    public Optional<DomainDescription> find(Optional<UUID> uuid, String name)
            throws LibvirtCallException, InterruptedException {
        return look(connection -> {
            Optional<DomainDescription> byUuid =
                    uuid.isPresent() ? connection.describe(uuid.get()) : Optional.empty();
            return byUuid.isPresent() ? byUuid : connection.describe(name);
        });
    }

    /** A query on an open connection. */
    private interface Question<T> {
        T ask(LibvirtConnection connection) throws LibvirtCallException, DomainXmlException;
    }

    private <T> T look(Question<T> question) throws LibvirtCallException, InterruptedException {
        CompletableFuture<T> answer = new CompletableFuture<>();
        SupervisorThreads.start("libvirt-look", () -> ask(question, answer));
        try {
            return answer.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw failed("no answer within " + limit.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw failed(OneLine.of(cause), cause);
        }
    }

    private <T> void ask(Question<T> question, CompletableFuture<T> answer) {
        try (LibvirtConnection connection = client.open(uri, Deaf.TO_EVENTS)) {
            answer.complete(question.ask(connection));
        } catch (LibvirtCallException | DomainXmlException | RuntimeException | Error e) {
            answer.completeExceptionally(e);
        }
    }

    private LibvirtCallException failed(String reason, Throwable cause) {
        return new LibvirtCallException("libvirt at " + uri + ": " + reason, cause);
    }

    /** Ignores all events: they do not change what the look has read. */
    private enum Deaf implements LibvirtListener {
        TO_EVENTS;

        @Override
        public void touched(UUID uuid) {}

        @Override
        public void lost(String reason) {}
    }
}
