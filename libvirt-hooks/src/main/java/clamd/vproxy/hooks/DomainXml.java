package clamd.vproxy.hooks;

import java.io.StringReader;
import javax.xml.XMLConstants;
import javax.xml.stream.Location;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Reads a guest's identity from libvirt's domain XML. Thread-safe.
 *
 * <p>Any user who may define domains can write this text, so it is treated as hostile: a document
 * type or an entity is refused, and size and depth are bounded.
 */
public final class DomainXml {
    /**
     * Namespace of the metadata element {@code policy} whose attribute {@code class} holds
     * blank-separated class names, and whose attribute {@code tenant} names a tenant. Set by {@code
     * virsh metadata DOMAIN urn:clamd-vproxy:policy:1 --key clamd-vproxy --set '<policy
     * class="gold" tenant="acme"/>'}.
     */
    public static final String POLICY_NAMESPACE = "urn:clamd-vproxy:policy:1";

    /** The longest XML that is read, in characters; a domain with 500 disks has about 300 000. */
    public static final int MAX_CHARACTERS = 2 * 1024 * 1024;

    private DomainXml() {}

    /**
     * Reads one domain XML.
     *
     * @param xml the whole document, as {@code virDomainGetXMLDesc} returns it or the qemu hook
     *     finds it on stdin
     * @throws DomainXmlException if it is longer than {@link #MAX_CHARACTERS}, not well-formed, has
     *     a document type, or lacks a name or UUID, with the line and column where known
     */
    public static DomainDescription parse(String xml) throws DomainXmlException {
        if (xml.length() > MAX_CHARACTERS) {
            throw new DomainXmlException(
                    "domain XML has %d characters, more than the %d that are read"
                            .formatted(xml.length(), MAX_CHARACTERS),
                    null);
        }
        try {
            XMLStreamReader reader = factory().createXMLStreamReader(new StringReader(xml));
            try {
                return new DomainXmlReader(reader).read();
            } finally {
                reader.close();
            }
        } catch (XMLStreamException e) {
            throw new DomainXmlException("domain XML cannot be parsed" + at(e.getLocation()), e);
        } catch (RuntimeException e) {
            // for some faults the JDK's parser fails in making its message
            throw new DomainXmlException("domain XML cannot be parsed", e);
        }
    }

    static String at(Location location) {
        return location == null
                ? ""
                : " at line %d, column %d"
                        .formatted(location.getLineNumber(), location.getColumnNumber());
    }

    // a new one each time: the JDK's factory may reuse its reader and is not documented as
    // thread-safe
    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, true);
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
        factory.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
        factory.setXMLResolver((_, _, _, _) -> {
            throw new XMLStreamException("external entities are not read");
        });
        return factory;
    }
}
