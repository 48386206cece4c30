package clamd.vproxy.supervisor.commands.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.libvirt.Connect;
import org.libvirt.Domain;

class DemoNodeTest {
    @TempDir private Path directory;

    @Test
    void libvirtsTestDriverRunsTheThreeGuestsWithTheirCids() throws Exception {
        Path node = DemoNode.writeNode(directory.resolve("node.xml"));
        List<DemoNode.Guest> guests = new ArrayList<>();

        Connect connect = new Connect(DemoNode.uri(node), true);
        try {
            for (int id : connect.listDomains()) {
                Domain domain = connect.domainLookupByID(id);
                guests.add(guest(domain));
                domain.free();
            }
        } finally {
            connect.close();
        }

        assertThat(guests).containsExactlyInAnyOrderElementsOf(DemoNode.GUESTS);
    }

    @Test
    void theWebGuestKeepsItsPolicyClassInLibvirt() throws Exception {
        Path node = DemoNode.writeNode(directory.resolve("node.xml"));

        Connect connect = new Connect(DemoNode.uri(node), true);
        try {
            Domain web = connect.domainLookupByName(DemoNode.WEB.name());
            assertThat(web.getXMLDesc(0))
                    .contains("<policy xmlns=\"urn:clamd-vproxy:policy:1\" class=\"gold\"/>");
            web.free();
        } finally {
            connect.close();
        }
    }

    @Test
    void thePolicyNamesTheGuestsThatItMeans() throws Exception {
        String policy = Files.readString(DemoNode.writePolicy(directory.resolve("policy.json")));

        assertThat(policy)
                .contains(
                        "\"db-*\"",
                        DemoNode.BUILD.uuid().toString(),
                        "\"metadataClass\": \"gold\"");
    }

    private static DemoNode.Guest guest(Domain domain) throws Exception {
        Matcher cid =
                Pattern.compile("<cid auto='\\w+' address='(\\d+)'/>")
                        .matcher(domain.getXMLDesc(0));
        assertThat(cid.find()).as(domain.getName()).isTrue();
        return new DemoNode.Guest(
                domain.getName(),
                Long.parseLong(cid.group(1)),
                UUID.fromString(domain.getUUIDString()));
    }
}
