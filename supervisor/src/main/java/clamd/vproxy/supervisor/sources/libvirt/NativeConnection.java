package clamd.vproxy.supervisor.sources.libvirt;

import clamd.vproxy.hooks.DomainDescription;
import clamd.vproxy.hooks.DomainXml;
import clamd.vproxy.hooks.DomainXmlException;
import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;
import org.libvirt.jna.ConnectionPointer;
import org.libvirt.jna.Libvirt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A read-only connection of libvirt-java, with events that its listeners do not offer. Confined to
 * one platform thread at a time: libvirt keeps its last error per thread.
 */
final class NativeConnection implements LibvirtConnection {
    private static final Logger log = LoggerFactory.getLogger(NativeConnection.class);
    private static final int VIR_CONNECT_RO = 1;
    private static final int KEEPALIVE_SECONDS = 5;
    private static final int KEEPALIVE_COUNT = 3;

    /** Gives access to the binding's native handle. */
    private static final class Handle extends Connect {
        Handle(String uri) throws LibvirtException {
            super(uri, null, VIR_CONNECT_RO);
        }

        ConnectionPointer pointer() {
            return vcp;
        }
    }

    private final String uri;
    private final Handle handle;
    private final long number;
    private final List<Integer> registrations = new ArrayList<>();
    private boolean closed;

    private NativeConnection(String uri, Handle handle, LibvirtListener listener) {
        this.uri = uri;
        this.handle = handle;
        this.number = NativeEvents.enter(listener);
    }

    static NativeConnection open(String uri, LibvirtListener listener)
            throws LibvirtException, LibvirtCallException {
        NativeConnection connection = new NativeConnection(uri, new Handle(uri), listener);
        try {
            connection.keepAlive();
            connection.register();
            return connection;
        } catch (Throwable e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public List<UUID> activeDomains() throws LibvirtCallException {
        try {
            Domain[] domains =
                    handle.listAllDomains(
                            Connect.ConnectListAllDomainsFlags.CONNECT_LIST_DOMAINS_ACTIVE);
            try {
                List<UUID> active = new ArrayList<>(domains.length);
                for (Domain domain : domains) {
                    active.add(UUID.fromString(domain.getUUIDString()));
                }
                return active;
            } finally {
                for (Domain domain : domains) {
                    free(domain);
                }
            }
        } catch (LibvirtException e) {
            throw new LibvirtCallException(
                    "listing the active domains failed: " + OneLine.of(e), e);
        }
    }

    @Override
    public Optional<DomainDescription> describe(UUID uuid)
            throws LibvirtCallException, DomainXmlException {
        return describe(() -> handle.domainLookupByUUID(uuid), uuid);
    }

    @Override
    public Optional<DomainDescription> describe(String name)
            throws LibvirtCallException, DomainXmlException {
        return describe(() -> handle.domainLookupByName(name), OneLine.of(name));
    }

    /** A libvirt call that finds a domain. */
    private interface Search {
        Domain find() throws LibvirtException;
    }

    private static Optional<DomainDescription> describe(Search search, Object what)
            throws LibvirtCallException, DomainXmlException {
        try {
            Domain domain = search.find();
            try {
                return Optional.of(DomainXml.parse(domain.getXMLDesc(0)));
            } finally {
                free(domain);
            }
        } catch (LibvirtException e) {
            if (e.getError().getCode() == ErrorNumber.VIR_ERR_NO_DOMAIN) {
                return Optional.empty();
            }
            throw new LibvirtCallException(
                    "reading domain %s failed: %s".formatted(what, OneLine.of(e)), e);
        }
    }

    @Override
    public boolean isAlive() {
        try {
            return !closed && handle.isAlive();
        } catch (LibvirtException _) {
            return false;
        }
    }

    /**
     * Releases everything in the order that libvirt needs: a remaining registration would keep the
     * socket open.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        // on a dead connection these two report an error, but still take effect
        registrations.forEach(
                id -> Libvirt.INSTANCE.virConnectDomainEventDeregisterAny(handle.pointer(), id));
        Libvirt.INSTANCE.virConnectUnregisterCloseCallback(handle.pointer(), NativeEvents.CLOSED);
        NativeEvents.leave(number);
        LibvirtEventLoop.settle();
        try {
            int references = handle.close();
            if (references != 0) {
                log.warn(
                        "libvirt at {}: the connection stays open, {} references are left",
                        uri,
                        references);
            }
        } catch (LibvirtException e) {
            log.debug("libvirt at {}: closing failed: {}", uri, OneLine.of(e));
        }
    }

    private void keepAlive() throws LibvirtException {
        try {
            boolean _ = handle.setKeepAlive(KEEPALIVE_SECONDS, KEEPALIVE_COUNT);
        } catch (LibvirtException e) {
            // drivers without a daemon, such as test:///
            if (e.getError().getCode() != ErrorNumber.VIR_ERR_NO_SUPPORT) {
                throw e;
            }
        }
    }

    private void register() throws LibvirtCallException {
        Pointer opaque = new Pointer(number);
        ConnectionPointer pointer = handle.pointer();
        if (Libvirt.INSTANCE.virConnectRegisterCloseCallback(
                        pointer, NativeEvents.CLOSED, opaque, null)
                < 0) {
            throw new LibvirtCallException("libvirt will not report the end of the connection");
        }
        for (var event : NativeEvents.CALLBACKS.entrySet()) {
            int id =
                    Libvirt.INSTANCE.virConnectDomainEventRegisterAny(
                            pointer, null, event.getKey(), event.getValue(), opaque, null);
            if (id >= 0) {
                registrations.add(id);
            } else if (event.getKey() == NativeEvents.VIR_DOMAIN_EVENT_ID_LIFECYCLE) {
                throw new LibvirtCallException("libvirt will not report lifecycle events");
            } else {
                log.info(
                        "libvirt at {} has no event {}; such changes are seen by the next list",
                        uri,
                        event.getKey());
            }
        }
    }

    private static void free(Domain domain) {
        try {
            domain.free();
        } catch (LibvirtException e) {
            log.debug("freeing a domain failed: {}", OneLine.of(e));
        }
    }
}
