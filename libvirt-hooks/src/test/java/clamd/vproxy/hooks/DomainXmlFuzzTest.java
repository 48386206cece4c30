package clamd.vproxy.hooks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;

/** Domain XML of any bytes; what is read of it is what a document tree has in these places. */
class DomainXmlFuzzTest {
    private static final long MEMORY_BYTES = 8 << 20;
    private static final long MEMORY_BYTES_PER_BYTE = 20_000;

    /**
     * {@code :id}, which "Namespaces in XML" (section 4) forbids and libvirt does not write; the
     * JDK's reader takes it for {@code id}, its tree does not.
     */
    private static final Pattern NAME_WITHOUT_PREFIX = Pattern.compile("[</\\s]:");

    @FuzzTest(maxDuration = "10m")
    void anyTextIsADomainAsItsTreeHasItOrIsRefusedInOneLine(byte[] input) throws Exception {
        String xml = new String(input, UTF_8);
        Optional<DomainDescription> domain =
                Allocation.atMost(
                        MEMORY_BYTES + MEMORY_BYTES_PER_BYTE * input.length, () -> parse(xml));
        if (domain.isPresent()) {
            assertValid(domain.get());
            if (!NAME_WITHOUT_PREFIX.matcher(xml).find()) {
                assertAsInTree(domain.get(), tree(xml));
            }
        }
    }

    private static Optional<DomainDescription> parse(String xml) {
        try {
            return Optional.of(DomainXml.parse(xml));
        } catch (DomainXmlException e) {
            assertThat(e.getMessage()).matches("[ -~]+");
            return Optional.empty();
        }
    }

    private static void assertValid(DomainDescription domain) {
        assertThat(domain.name()).isNotBlank().doesNotContainPattern("[\\p{Cntrl}\\u2028\\u2029]");
        domain.cid().ifPresent(cid -> assertThat(cid).isBetween(3L, 0xFFFF_FFFEL));
        domain.id().ifPresent(id -> assertThat(id).isNotNegative());
    }

    private static Element tree(String xml) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder()
                .parse(new InputSource(new StringReader(xml)))
                .getDocumentElement();
    }

    private static void assertAsInTree(DomainDescription domain, Element root) {
        assertThat(root.getNodeName()).isEqualTo("domain");
        assertThat(children(root, null, "name").stream().map(Node::getTextContent))
                .containsExactly(domain.name());
        assertThat(
                        children(root, null, "uuid").stream()
                                .map(uuid -> uuid.getTextContent().toLowerCase(Locale.ROOT)))
                .containsExactly(domain.uuid().toString());
        domain.cid().ifPresent(cid -> assertThat(addresses(root)).containsExactly(cid));
        assertThat(domain.metadataClasses()).isEqualTo(classes(root));
        assertThat(root.hasAttributeNS(null, "id")).isEqualTo(domain.id().isPresent());
    }

    private static List<Long> addresses(Element root) {
        return children(root, null, "devices").stream()
                .flatMap(devices -> children(devices, null, "vsock").stream())
                .flatMap(vsock -> children(vsock, null, "cid").stream())
                .filter(cid -> cid.hasAttributeNS(null, "address"))
                .map(cid -> Long.parseLong(cid.getAttributeNS(null, "address")))
                .toList();
    }

    private static Set<String> classes(Element root) {
        Set<String> classes = new LinkedHashSet<>();
        children(root, null, "metadata").stream()
                .flatMap(metadata ->
                        children(metadata, DomainXml.POLICY_NAMESPACE, "policy").stream())
                .map(policy -> policy.getAttributeNS(null, "class"))
                .forEach(text -> classes.addAll(List.of(text.strip().split("[ \t\r\n]+", -1))));
        classes.remove("");
        return classes;
    }

    private static List<Element> children(Element parent, @Nullable String namespace, String name) {
        List<Element> found = new ArrayList<>();
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element
                    && name.equals(element.getLocalName())
                    && Objects.equals(namespace, element.getNamespaceURI())) {
                found.add(element);
            }
        }
        return found;
    }
}
