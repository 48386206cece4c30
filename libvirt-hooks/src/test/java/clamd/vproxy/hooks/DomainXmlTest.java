package clamd.vproxy.hooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import clamd.vproxy.policies.TenantMarks;
import clamd.vproxy.policies.TenantMarks.NovaProject;
import clamd.vproxy.policies.TenantName;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DomainXmlTest {
    private static final UUID ALPHA = UUID.fromString("c7a5fdbd-edaf-9455-926a-d65c16db1809");

    /** As libvirt 9.0 writes a running guest, shortened. */
    static final String LIVE =
            """
            <domain type='kvm' id='7' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
              <name>alpha</name>
              <uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid>
              <metadata>
                <nova:instance xmlns:nova="http://openstack.org/xmlns/libvirt/nova/1.1"><nova:name>a &amp; b</nova:name></nova:instance>
                <clamd-vproxy:policy xmlns:clamd-vproxy="urn:clamd-vproxy:policy:1" class="gold"/>
              </metadata>
              <memory unit='KiB'>1048576</memory>
              <vcpu placement='static'>2</vcpu>
              <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type><boot dev='hd'/></os>
              <on_crash>destroy</on_crash>
              <devices>
                <emulator>/usr/bin/qemu-system-x86_64</emulator>
                <disk type='file' device='disk'>
                  <source file='/srv/a.qcow2'/><target dev='vda' bus='virtio'/>
                  <address type='pci' domain='0x0000' bus='0x04' slot='0x00' function='0x0'/>
                </disk>
                <vsock model='virtio'>
                  <cid auto='yes' address='3'/>
                  <alias name='vsock0'/>
                  <address type='pci' domain='0x0000' bus='0x05' slot='0x00' function='0x0'/>
                </vsock>
              </devices>
              <qemu:commandline><qemu:arg value='-snapshot'/></qemu:commandline>
            </domain>
            """;

    private static String domain(String inside) {
        return "<domain id='1'><name>alpha</name><uuid>" + ALPHA + "</uuid>" + inside + "</domain>";
    }

    private static String vsock(String inside) {
        return domain("<devices><vsock>" + inside + "</vsock></devices>");
    }

    private static String metadata(String inside) {
        return domain("<metadata xmlns:p='urn:clamd-vproxy:policy:1'>" + inside + "</metadata>");
    }

    private static void assertRefused(String xml, String message) {
        assertThatThrownBy(() -> DomainXml.parse(xml))
                .isInstanceOf(DomainXmlException.class)
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void aRunningGuestIsReadWhole() throws Exception {
        DomainDescription alpha = DomainXml.parse(LIVE);
        assertThat(alpha.uuid()).isEqualTo(ALPHA);
        assertThat(alpha.name()).isEqualTo("alpha");
        assertThat(alpha.id()).hasValue(7);
        assertThat(alpha.cid()).hasValue(3);
        assertThat(alpha.metadataClasses()).containsExactly("gold");
    }

    @Test
    void aDomainThatIsOffHasNeitherIdNorAddress() throws Exception {
        DomainDescription off =
                DomainXml.parse(LIVE.replace(" id='7'", "").replace(" address='3'", ""));
        assertThat(off.id()).isEmpty();
        assertThat(off.cid()).isEmpty();
    }

    @Test
    void onlyAnXmlDeclarationMayComeFirst() throws Exception {
        assertThat(DomainXml.parse("<?xml version='1.0' encoding='UTF-8'?>\n" + LIVE).name())
                .isEqualTo("alpha");
        assertRefused("x" + LIVE, "cannot be parsed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<vsock/>",
                "<vsock><cid auto='yes'/></vsock>",
                "<vsock model='virtio'/>"
            })
    void withoutAnAddressThereIsNoCid(String devices) throws Exception {
        assertThat(DomainXml.parse(domain("<devices>" + devices + "</devices>")).cid()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {3, 4, 88, 2147483648L, 4294967294L})
    void everyCidAGuestCanHaveIsRead(long cid) throws Exception {
        assertThat(DomainXml.parse(vsock("<cid auto='no' address='" + cid + "'/>")).cid())
                .hasValue(cid);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 4294967295L})
    void anAddressNoGuestCanHaveIsNoCid(long address) throws Exception {
        assertThat(DomainXml.parse(vsock("<cid address='" + address + "'/>")).cid()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-3", "+3", "0x3", "3.0", " 3", "three", "٣", "99999999999"})
    void anAddressThatIsNoNumberIsRefused(String address) {
        assertRefused(
                vsock("<cid address='" + address + "'/>"),
                "vsock address that is not a decimal number");
    }

    @Test
    void anAddressOf33BitsIsRefused() {
        assertRefused(vsock("<cid address='4294967296'/>"), "does not fit into 32 bits");
    }

    @Test
    void twoAddressesAreRefused() {
        assertRefused(vsock("<cid address='3'/><cid address='4'/>"), "more than one vsock address");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<metadata><vsock><cid address='9'/></vsock></metadata>",
                "<metadata><domain><devices><vsock><cid address='9'/></vsock></devices></domain></metadata>",
                "<vsock><cid address='9'/></vsock>",
                "<devices><disk><vsock><cid address='9'/></vsock></disk></devices>",
                "<devices><vsock><vsock><cid address='9'/></vsock></vsock></devices>",
                "<devices><vsock><alias><cid address='9'/></alias></vsock></devices>",
                "<devices><x:vsock xmlns:x='urn:x'><cid address='9'/></x:vsock></devices>",
                "<devices><vsock><x:cid xmlns:x='urn:x' address='9'/></vsock></devices>",
                "<devices><vsock><cid xmlns:x='urn:x' x:address='9'/></vsock></devices>",
                "<devices xmlns='urn:x'><vsock><cid address='9'/></vsock></devices>",
                "<!-- <devices><vsock><cid address='9'/></vsock></devices> -->",
                "<![CDATA[<devices><vsock><cid address='9'/></vsock></devices>]]>"
            })
    void aVsockElementAnywhereElseIsNotTheDevice(String inside) throws Exception {
        assertThat(DomainXml.parse(domain(inside)).cid()).isEmpty();
    }

    private static TenantMarks marks(String metadata) throws DomainXmlException {
        return DomainXml.parse(metadata(metadata)).tenantMarks();
    }

    @Test
    void ourElementNamesTheTenantBesideTheClass() throws Exception {
        assertThat(marks("<p:policy class='gold' tenant='acme'/>").ours()).contains("acme");
        assertThat(marks("<p:policy tenant='acme'/><p:policy tenant='other'/>").ours())
                .as("the first counts")
                .contains("acme");
        assertThat(marks("<policy tenant='acme'/>").ours()).as("no namespace").isEmpty();
        assertThat(marks("<p:policy p:tenant='acme'/>").ours()).as("other attribute").isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.0", "1.1"})
    void novasProjectIsReadByItsUuidAndItsName(String version) throws Exception {
        String nova =
                "<n:instance xmlns:n='http://openstack.org/xmlns/libvirt/nova/%s'><n:owner><n:user uuid='u'>admin</n:user><n:project uuid='6f1c'> web &amp; shop </n:project></n:owner></n:instance>"
                        .formatted(version);
        assertThat(marks(nova).novaProject()).contains(new NovaProject("6f1c", "web & shop"));
        String second = "<n:project uuid='77'>other</n:project>";
        assertThat(marks(nova.replace("</n:owner>", second + "</n:owner>")).novaProject())
                .contains(new NovaProject("6f1c", "web & shop"));
        assertThat(marks(nova.replace("/nova/", "/elsewhere/")).novaProject()).isEmpty();
        assertThat(marks(nova.replace("n:owner", "n:flavor")).novaProject()).isEmpty();
        assertThat(marks(nova.replace("uuid='6f1c'", "")).novaProject()).isEmpty();
    }

    @Test
    void whatIsOddInATenantsMetadataNeverHidesTheDomain() throws Exception {
        String huge = "x".repeat(100_000);
        TenantMarks marks =
                marks(
                        "<p:policy tenant='%s'/><n:instance xmlns:n='http://openstack.org/xmlns/libvirt/nova/1.1'><n:owner><n:project uuid='%s'>%s<n:b>in</n:b>%s</n:project></n:owner></n:instance>"
                                .formatted(huge, huge, huge, huge));
        assertThat(marks.ours().orElseThrow()).hasSizeBetween(129, 300);
        assertThat(TenantName.fault(marks.ours().orElseThrow())).isPresent();
        assertThat(marks.novaProject().orElseThrow().uuid()).hasSizeBetween(129, 300);
        assertThat(marks.novaProject().orElseThrow().name()).hasSizeLessThan(600);
        assertThat(marks("<p:policy tenant=''/>").ours()).contains("");
    }

    @Test
    void classesOfSeveralElementsAndSeveralWordsAreCollected() throws Exception {
        String xml =
                metadata("<p:policy class=' gold\tdb '/><p:policy class='db night'/><p:policy/>");
        assertThat(DomainXml.parse(xml).metadataClasses())
                .containsExactlyInAnyOrder("gold", "db", "night");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<policy class='gold'/>",
                "<p:policies class='gold'/>",
                "<q:policy xmlns:q='urn:clamd-vproxy:policy:2' class='gold'/>",
                "<p:policy p:class='gold'/>",
                "<p:policy class=''/>",
                "<p:policy><p:policy class='gold'/></p:policy>",
                "<x><p:policy class='gold'/></x>"
            })
    void onlyADirectPolicyElementOfOurNamespaceNamesAClass(String inside) throws Exception {
        assertThat(DomainXml.parse(metadata(inside)).metadataClasses()).isEmpty();
    }

    @Test
    void nameAndUuidInsideOtherElementsAreNotTheDomains() throws Exception {
        String xml =
                domain(
                        "<metadata><name>evil</name><uuid>0</uuid></metadata><devices><name>x</name></devices>");
        assertThat(DomainXml.parse(xml).name()).isEqualTo("alpha");
    }

    @Test
    void aNameIsUnescapedAndKeptAsItIs() throws Exception {
        assertThat(DomainXml.parse(domain("").replace(">alpha<", ">a &lt;b&gt; &#x4e2d;<")).name())
                .isEqualTo("a <b> 中");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "a\tb", "a&#10;b", "a&#x85;b", "a&#x2028;b", "a&#x7f;b"})
    void aNameThatCouldForgeALogLineIsRefused(String name) {
        assertRefused(
                domain("").replace(">alpha<", ">" + name + "<"), "name with a control character");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a&b;", "&b;", "a<![CDATA[b]]>&c;d"})
    void aReferenceToAnEntityInANameIsRefusedAndNotLeftOut(String name) {
        assertRefused(domain("").replace(">alpha<", ">" + name + "<"), "refers to an entity");
    }

    @Test
    void whatIdentifiesADomainMustBeThereOnce() {
        assertRefused("<domain><uuid>" + ALPHA + "</uuid></domain>", "has no name");
        assertRefused("<domain><name>a</name></domain>", "has no uuid");
        assertRefused(domain("<name>b</name>"), "more than one name");
        assertRefused(domain("<uuid>" + ALPHA + "</uuid>"), "more than one uuid");
        assertRefused(domain("").replace(">alpha<", "> <"), "empty name");
        assertRefused(domain("").replace(">alpha<", "><b>alpha</b><"), "an element in its name");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1-1-1-1-1",
                "c7a5fdbdedaf9455926ad65c16db1809",
                "{c7a5fdbd-edaf-9455-926a-d65c16db1809}"
            })
    void aUuidOfAnotherFormIsRefused(String uuid) {
        assertRefused("<domain><name>a</name><uuid>" + uuid + "</uuid></domain>", "8-4-4-4-12");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "x", "2147483648", "99999999999"})
    void anIdThatIsNoDomainIdIsRefused(String id) {
        assertRefused(LIVE.replace("id='7'", "id='" + id + "'"), "id that is not a");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<x/>",
                "<domainsnapshot/>",
                "<x:domain xmlns:x='urn:x'/>",
                "<domain xmlns='urn:x'/>"
            })
    void anotherDocumentIsRefused(String xml) {
        assertRefused(xml, "does not begin with the element 'domain'");
    }

    @Test
    void theMessageSaysWhere() {
        assertRefused(
                "<domain>\n  <name>a</nome>\n</domain>", "cannot be parsed at line 2, column");
    }
}
