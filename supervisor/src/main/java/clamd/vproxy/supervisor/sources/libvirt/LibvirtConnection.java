package clamd.vproxy.supervisor.sources.libvirt;

import clamd.vproxy.hooks.DomainDescription;
import clamd.vproxy.hooks.DomainXmlException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A read-only connection to libvirt. Confined to one platform thread at a time; calls may block.
 */
public interface LibvirtConnection extends AutoCloseable {
    /**
     * Returns the domains that run now, including those that are starting.
     *
     * @throws LibvirtCallException if libvirt did not answer
     */
    List<UUID> activeDomains() throws LibvirtCallException;

    /**
     * Returns a domain as its live XML describes it, running or not; empty if libvirt knows none
     * with this UUID.
     *
     * @throws LibvirtCallException if libvirt did not answer
     * @throws DomainXmlException if its answer cannot be read
     */
    Optional<DomainDescription> describe(UUID uuid) throws LibvirtCallException, DomainXmlException;

    /**
     * Returns the domain that has this name now, as its live XML describes it, running or not;
     * empty if libvirt knows none with this name.
     *
     * @throws LibvirtCallException if libvirt did not answer
     * @throws DomainXmlException if its answer cannot be read
     */
    Optional<DomainDescription> describe(String name)
            throws LibvirtCallException, DomainXmlException;

    /** Whether the connection can still be used; a failed call alone does not show this. */
    boolean isAlive();

    /** Releases everything that the connection holds. Closing again does nothing. */
    @Override
    void close();
}
