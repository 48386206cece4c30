package clamd.vproxy.supervisor.commands.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * Three made-up guests for libvirt's in-process test driver, and a policy file that treats each of
 * them differently. Stateless.
 */
public final class DemoNode {
    /** A web server of class gold, matched by the metadata of its domain. */
    public static final Guest WEB =
            new Guest("web-1", 3, UUID.fromString("6f0a7a54-3c1e-4f0b-9d55-0c2f5f1b7a01"));

    /** A database that may only scan, and only small streams, matched by its name. */
    public static final Guest DATABASE =
            new Guest("db-1", 4, UUID.fromString("6f0a7a54-3c1e-4f0b-9d55-0c2f5f1b7a02"));

    /** A build machine with two connections, matched by its UUID. */
    public static final Guest BUILD =
            new Guest("build-1", 5, UUID.fromString("6f0a7a54-3c1e-4f0b-9d55-0c2f5f1b7a03"));

    /** All three guests, by CID. */
    public static final List<Guest> GUESTS = List.of(WEB, DATABASE, BUILD);

    private DemoNode() {}

    /**
     * One of the guests. Immutable.
     *
     * @param name the domain's name
     * @param cid its vsock context id
     * @param uuid its domain's UUID
     */
    public record Guest(String name, long cid, UUID uuid) {}

    /**
     * Writes the node's description for the test driver.
     *
     * @throws IOException if it cannot be written
     */
    public static Path writeNode(Path file) throws IOException {
        return write("demo-node.xml", file);
    }

    /**
     * Writes the policy file.
     *
     * @throws IOException if it cannot be written
     */
    public static Path writePolicy(Path file) throws IOException {
        return write("demo-policy.json", file);
    }

    /** Returns the libvirt connection URI of a written node. */
    public static String uri(Path node) {
        return "test://" + node.toAbsolutePath();
    }

    private static Path write(String resource, Path file) throws IOException {
        try (InputStream content =
                Objects.requireNonNull(DemoNode.class.getResourceAsStream(resource), resource)) {
            Files.write(file, content.readAllBytes());
            return file;
        }
    }
}
