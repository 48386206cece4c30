package clamd.vproxy.hooks;

import clamd.vproxy.policies.PrintableText;
import clamd.vproxy.policies.TenantMarks;
import clamd.vproxy.policies.TenantMarks.NovaProject;
import clamd.vproxy.policies.TenantName;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.namespace.QName;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/** Reads one domain XML and keeps the values at the paths that matter. Confined to one thread. */
final class DomainXmlReader {
    private static final QName ROOT = new QName("domain");
    private static final List<QName> NAME = List.of(ROOT, new QName("name"));
    private static final List<QName> UUID_TEXT = List.of(ROOT, new QName("uuid"));
    private static final List<QName> CID =
            List.of(ROOT, new QName("devices"), new QName("vsock"), new QName("cid"));
    private static final List<QName> POLICY =
            List.of(ROOT, new QName("metadata"), new QName(DomainXml.POLICY_NAMESPACE, "policy"));

    /**
     * The paths of the element in which OpenStack Nova names an instance's project, now and before
     * 2019.
     */
    private static final List<List<QName>> NOVA_PROJECTS =
            Stream.of(
                            "http://openstack.org/xmlns/libvirt/nova/1.1",
                            "http://openstack.org/xmlns/libvirt/nova/1.0")
                    .map(DomainXmlReader::novaProject)
                    .toList();

    private static final Pattern CANONICAL_UUID =
            Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");
    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,10}");
    private static final Pattern BLANKS = Pattern.compile("[ \\t\\r\\n]+");

    /**
     * The deepest nesting. The elements that are read are at most four deep, libvirt's about ten,
     * and metadata may be nested at will.
     */
    private static final int MAX_DEPTH = 64;

    /**
     * The namespace of attributes without a prefix; for null, the JDK's reader returns an attribute
     * of any namespace.
     */
    private static final String NO_NAMESPACE = "";

    /**
     * The most UTF-16 units that are kept of a text: more than a tenant's name may have, even if
     * each of its characters takes two.
     */
    private static final int LONGEST_TEXT = 2 * (TenantName.MAX_LENGTH + 1);

    private static final long LOWEST_GUEST_CID = 3;
    private static final long VMADDR_CID_ANY = 0xFFFF_FFFFL;

    private final XMLStreamReader reader;
    private final List<QName> path = new ArrayList<>();
    private final Set<String> classes = new LinkedHashSet<>();
    private @Nullable String name;
    private @Nullable UUID uuid;
    private OptionalInt id = OptionalInt.empty();
    private @Nullable Long address;
    private @Nullable String tenant;
    private @Nullable String projectUuid;
    private boolean inFirstProject;
    private final StringBuilder projectName = new StringBuilder();

    DomainXmlReader(XMLStreamReader reader) {
        this.reader = reader;
    }

    DomainDescription read() throws XMLStreamException, DomainXmlException {
        while (reader.hasNext()) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> startElement();
                case XMLStreamConstants.END_ELEMENT -> path.removeLast();
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> characters();
                case XMLStreamConstants.DTD ->
                        throw refuse("has a document type, which is not read");
                case XMLStreamConstants.ENTITY_REFERENCE -> throw refuseEntity();
                default -> {}
            }
        }
        if (name == null) {
            throw refuse("has no name");
        }
        if (uuid == null) {
            throw refuse("has no uuid");
        }
        return new DomainDescription(uuid, name, id, cid(), classes, tenantMarks());
    }

    private static List<QName> novaProject(String namespace) {
        return List.of(
                ROOT,
                new QName("metadata"),
                new QName(namespace, "instance"),
                new QName(namespace, "owner"),
                new QName(namespace, "project"));
    }

    private TenantMarks tenantMarks() {
        return new TenantMarks(
                Optional.ofNullable(tenant),
                Optional.ofNullable(projectUuid)
                        .map(id -> new NovaProject(id, projectName.toString().strip())));
    }

    private void startElement() throws XMLStreamException, DomainXmlException {
        path.add(new QName(reader.getNamespaceURI(), reader.getLocalName()));
        if (path.size() > MAX_DEPTH) {
            throw refuse("is nested deeper than %d elements".formatted(MAX_DEPTH));
        }
        if (path.size() == 1) {
            root();
        } else if (path.equals(NAME)) {
            name = checkedName(once(name, "name"));
        } else if (path.equals(UUID_TEXT)) {
            uuid = checkedUuid(once(uuid, "uuid"));
        } else if (path.equals(CID)) {
            cidElement();
        } else if (path.equals(POLICY)) {
            policyElement();
        } else if (NOVA_PROJECTS.contains(path)) {
            projectElement();
        }
    }

    private void root() throws DomainXmlException {
        if (!path.getFirst().equals(ROOT)) {
            throw refuse("does not begin with the element 'domain'");
        }
        String text = reader.getAttributeValue(NO_NAMESPACE, "id");
        if (text != null) {
            long number = decimal(text, "id");
            if (number > Integer.MAX_VALUE) {
                throw refuse(
                        "has an id that is not a number from 0 to %d".formatted(Integer.MAX_VALUE));
            }
            id = OptionalInt.of((int) number);
        }
    }

    private void cidElement() throws DomainXmlException {
        String text = reader.getAttributeValue(NO_NAMESPACE, "address");
        if (text == null) {
            return;
        }
        if (address != null) {
            throw refuse("has more than one vsock address");
        }
        address = decimal(text, "vsock address");
        if (address > VMADDR_CID_ANY) {
            throw refuse("has a vsock address that does not fit into 32 bits");
        }
    }

    private void policyElement() {
        String text = reader.getAttributeValue(NO_NAMESPACE, "class");
        if (text != null) {
            BLANKS.splitAsStream(text).filter(word -> !word.isEmpty()).forEach(classes::add);
        }
        if (tenant == null) {
            tenant = shortened(reader.getAttributeValue(NO_NAMESPACE, "tenant"));
        }
    }

    private void projectElement() {
        inFirstProject = projectUuid == null;
        if (inFirstProject) {
            projectName.setLength(0);
            projectUuid = shortened(reader.getAttributeValue(NO_NAMESPACE, "uuid"));
        }
    }

    /** Appends to the first project's name; any text is accepted, because only people read it. */
    private void characters() {
        if (inFirstProject
                && projectName.length() <= LONGEST_TEXT
                && NOVA_PROJECTS.contains(path)) {
            projectName.append(shortened(reader.getText()));
        }
    }

    /** Returns the text, cut if it is too long, but so that it still is recognized as too long. */
    private static @Nullable String shortened(@Nullable String text) {
        return text == null || text.length() <= LONGEST_TEXT
                ? text
                : text.substring(0, LONGEST_TEXT);
    }

    /**
     * Reads the text of an element, and refuses references to entities, which the JDK's
     * getElementText omits.
     */
    private String text(String what) throws XMLStreamException, DomainXmlException {
        StringBuilder text = new StringBuilder();
        int event = reader.next();
        while (event != XMLStreamConstants.END_ELEMENT) {
            switch (event) {
                case XMLStreamConstants.CHARACTERS,
                        XMLStreamConstants.CDATA,
                        XMLStreamConstants.SPACE ->
                        text.append(reader.getText());
                case XMLStreamConstants.ENTITY_REFERENCE -> throw refuseEntity();
                case XMLStreamConstants.START_ELEMENT ->
                        throw refuse("has an element in its " + what);
                default -> {}
            }
            event = reader.next();
        }
        return text.toString();
    }

    private DomainXmlException refuseEntity() {
        return refuse("refers to an entity, which is not read");
    }

    // reads up to the end tag, which the main loop then does not see
    private String once(@Nullable Object known, String what)
            throws XMLStreamException, DomainXmlException {
        if (known != null) {
            throw refuse("has more than one " + what);
        }
        String text = text(what);
        path.removeLast();
        return text;
    }

    private String checkedName(String text) throws DomainXmlException {
        if (text.isBlank()) {
            throw refuse("has an empty name");
        }
        // the name goes into logs and thread names; libvirt itself refuses a line break
        if (text.codePoints().anyMatch(PrintableText::breaksLine)) {
            throw refuse("has a name with a control character");
        }
        return text;
    }

    private UUID checkedUuid(String text) throws DomainXmlException {
        // UUID.fromString alone accepts "1-1-1-1-1"
        if (!CANONICAL_UUID.matcher(text).matches()) {
            throw refuse("has a uuid that is not of the form 8-4-4-4-12 hexadecimal digits");
        }
        return UUID.fromString(text.toLowerCase(Locale.ROOT));
    }

    private long decimal(String text, String what) throws DomainXmlException {
        if (!DECIMAL.matcher(text).matches()) {
            throw refuse("has a %s that is not a decimal number".formatted(what));
        }
        return Long.parseLong(text);
    }

    private OptionalLong cid() {
        return address == null || address < LOWEST_GUEST_CID || address == VMADDR_CID_ANY
                ? OptionalLong.empty()
                : OptionalLong.of(address);
    }

    private DomainXmlException refuse(String what) {
        return new DomainXmlException(
                "domain XML " + what + DomainXml.at(reader.getLocation()), null);
    }
}
