package clamd.vproxy.supervisor.sources.libvirt;

import clamd.vproxy.hooks.DomainDescription;
import clamd.vproxy.hooks.DomainXmlException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * One connection to libvirt, for reading. Confined to one platform thread at a time; calls may
 * block.
 */
public interface LibvirtConnection extends AutoCloseable {
    /**
     * The domains that run now, those in start-up included.
     *
     * @throws LibvirtCallException if libvirt did not answer
     */
    List<UUID> activeDomains() throws LibvirtCallException;

    /**
     * A domain as its live XML describes it, running or not; empty if libvirt knows none with this
     * UUID.
     *
     * @throws LibvirtCallException if libvirt did not answer
     * @throws DomainXmlException if its answer cannot be read
     */
    Optional<DomainDescription> describe(UUID uuid) throws LibvirtCallException, DomainXmlException;

    /**
     * The domain that has this name now, otherwise the same.
     *
     * @throws LibvirtCallException if libvirt did not answer
     * @throws DomainXmlException if its answer cannot be read
     */
    Optional<DomainDescription> describe(String name)
            throws LibvirtCallException, DomainXmlException;

    /** Whether the connection can still be used: errors alone do not tell. */
    boolean isAlive();

    /** Gives back everything the connection holds. Does nothing the second time. */
    @Override
    void close();
}
