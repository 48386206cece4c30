package clamd.vproxy.supervisor.sources.libvirt;

import java.util.UUID;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/**
 * Somebody who manages domains through libvirt's in-process test driver, with a connection of his
 * own. All connections to {@code test:///default} share one state while one is open.
 */
public final class TestHypervisor implements AutoCloseable {
    /** The connect URI. */
    public static final String URI = "test:///default";

    private final Connect connect;

    /** Connects, and ends the domain that the driver brings along. */
    public TestHypervisor() throws LibvirtException, LibvirtCallException {
        LibvirtEventLoop.start();
        connect = new Connect(URI);
        // the driver brings one running domain along
        Domain test = connect.domainLookupByName("test");
        test.destroy();
        test.undefine();
        test.free();
    }

    static UUID uuid(String name) {
        return UUID.nameUUIDFromBytes(name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    static String xml(String name, String metadata, String devices) {
        return """
        <domain type='test'>
          <name>%s</name>
          <uuid>%s</uuid>
          <metadata>%s</metadata>
          <memory unit='MiB'>64</memory>
          <os><type>hvm</type></os>
          <devices>%s</devices>
        </domain>
        """
                .formatted(name, uuid(name), metadata, devices);
    }

    /** A domain with a CID; the driver keeps any address as it is written. */
    static String withCid(String name, long cid) {
        return xml(name, "", vsock(cid));
    }

    static String vsock(long cid) {
        return "<vsock model='virtio'><cid auto='yes' address='%d'/></vsock>".formatted(cid);
    }

    void define(String xml) throws LibvirtException {
        connect.domainDefineXML(xml).free();
    }

    /** Starts a domain that is forgotten when it ends. */
    public void createTransient(String xml) throws LibvirtException {
        connect.domainCreateXML(xml, 0).free();
    }

    /** A call on a domain. */
    public interface Step {
        /** Carries it out. */
        void on(Domain domain) throws LibvirtException;
    }

    /** Has something done with a domain that is there. */
    public void with(String name, Step step) throws LibvirtException {
        Domain domain = connect.domainLookupByName(name);
        try {
            step.on(domain);
        } finally {
            domain.free();
        }
    }

    @Override
    public void close() throws LibvirtException {
        connect.close();
    }
}
