package clamd.vproxy.supervisor.commands.run;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.commands.Outcome;
import clamd.vproxy.supervisor.testing.StandInClamd;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A daemon that cannot start says why in one line; one that waits for clamd listens meanwhile. */
@Timeout(60)
class StartFailureTest {
    private TemporaryFolder folder;

    @BeforeEach
    void makeFolder() throws Exception {
        folder = TemporaryFolder.create();
    }

    @AfterEach
    void removeFolder() throws Exception {
        folder.close();
    }

    /** A policy of our own: this machine may have one, too. */
    private String goodPolicy() throws IOException {
        Path file = folder.path().resolve("good.json");
        return "--policy=" + Files.writeString(file, "{\"version\": 1}");
    }

    private Outcome start(String... more) {
        String[] arguments = new String[more.length + 3];
        arguments[0] = "--no-vsock";
        arguments[1] = "--hybrid-vsock=" + folder.path() + "/{name}";
        arguments[2] = "--clamd=" + folder.path() + "/clamd.ctl";
        System.arraycopy(more, 0, arguments, 3, more.length);
        return Outcome.of(arguments);
    }

    @Test
    void aMissingClamdEndsTheStartWith69AndItsPath() throws Exception {
        Outcome outcome = start(goodPolicy());
        assertThat(outcome.exitCode()).isEqualTo(69);
        assertThat(outcome.err())
                .containsExactly(
                        "clamd-vproxy: cannot connect to clamd at "
                                + folder.path()
                                + "/clamd.ctl: No such file or directory;"
                                + " start clamd, or wait for it with --wait-for-clamd");
    }

    @Test
    void ifNoClamdTakesAConnectionEachIsNamed() throws Exception {
        Outcome outcome = start(goodPolicy(), "--clamd=" + folder.path() + "/other.ctl");
        assertThat(outcome.exitCode()).isEqualTo(69);
        assertThat(outcome.err())
                .singleElement()
                .asString()
                .contains(
                        folder.path() + "/clamd.ctl: No such",
                        folder.path() + "/other.ctl: No such");
    }

    @Test
    void oneClamdThatTakesAConnectionIsEnough() throws Exception {
        // the start gets past clamd, to the next thing that is wrong
        Path inTheWay = Files.createFile(folder.path().resolve("file"));
        try (StandInClamd _ = StandInClamd.at(folder.path().resolve("other.ctl"))) {
            Outcome outcome =
                    start(
                            goodPolicy(),
                            "--clamd=" + folder.path() + "/other.ctl",
                            "--hook-spool=" + inTheWay);
            assertThat(outcome.exitCode()).isEqualTo(69);
            assertThat(outcome.err()).singleElement().asString().contains("is no folder");
        }
    }

    @Test
    void waitingForClamdHasAnEnd() throws Exception {
        Outcome outcome = start(goodPolicy(), "--wait-for-clamd=1s");
        assertThat(outcome.exitCode()).isEqualTo(69);
        assertThat(outcome.err()).hasSize(1).first().asString().endsWith("; waited 1 s");
    }

    @Test
    void aHookSpoolThatWasAskedForMustBeUsable() throws Exception {
        Path inTheWay = Files.createFile(folder.path().resolve("file"));
        try (StandInClamd _ = StandInClamd.at(folder.path().resolve("clamd.ctl"))) {
            Outcome outcome = start(goodPolicy(), "--hook-spool=" + inTheWay);
            assertThat(outcome.exitCode()).isEqualTo(69);
            assertThat(outcome.err())
                    .containsExactly(
                            "clamd-vproxy: cannot hear libvirt's hook: "
                                    + inTheWay
                                    + " is no folder; remove it or name another one");
        }
    }

    @Test
    void aStateFileThatWasAskedForMustBeUsable() throws Exception {
        try (StandInClamd _ = StandInClamd.at(folder.path().resolve("clamd.ctl"))) {
            Path missing = folder.path().resolve("missing");
            Outcome outcome = start(goodPolicy(), "--state-file=" + missing + "/usage.json");
            assertThat(outcome.exitCode()).isEqualTo(69);
            assertThat(outcome.err())
                    .containsExactly(
                            "clamd-vproxy: cannot keep what guests use in a day: "
                                    + missing
                                    + " is no folder; make it, or name another file with"
                                    + " --state-file");
        }
    }

    @Test
    void anAddressForHttpThatIsTakenEndsTheStartWith69() throws Exception {
        try (StandInClamd _ = StandInClamd.at(folder.path().resolve("clamd.ctl"));
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + taken.getLocalPort();
            Outcome outcome = start(goodPolicy(), "--http=" + address);
            assertThat(outcome.exitCode()).isEqualTo(69);
            assertThat(outcome.err())
                    .containsExactly(
                            "clamd-vproxy: cannot serve HTTP on "
                                    + address
                                    + ": Address already in use; name another address");
        }
    }

    @Test
    void anAddressForHttpMustBeOne() throws Exception {
        Outcome outcome = start(goodPolicy(), "--http=9810");
        assertThat(outcome.exitCode()).isEqualTo(64);
        assertThat(outcome.err())
                .contains(
                        "clamd-vproxy: --http: \"9810\" is not ADDRESS:PORT, such as"
                                + " 127.0.0.1:9810 or [::1]:9810");
    }

    @Test
    void aFaultyPolicyFailsStartupWith78AndListsEveryError() throws Exception {
        Path policy =
                Files.writeString(
                        folder.path().resolve("policy.json"),
                        """
                        {"version": 1,
                         "defaults": {"maxConnections": -1},
                         "rules": [{"match": {"name": "a"}, "maxStreamSize": "1 MB"}]}
                        """);
        Outcome outcome = start("--policy=" + policy);
        assertThat(outcome.exitCode()).isEqualTo(78);
        assertThat(outcome.err()).hasSize(2);
        assertThat(outcome.err().get(0))
                .startsWith("clamd-vproxy: " + policy + ":2:")
                .contains("/defaults/maxConnections");
        assertThat(outcome.err().get(1))
                .startsWith("clamd-vproxy: " + policy + ":3:")
                .contains("/rules/0/maxStreamSize");
    }

    @Test
    void aPolicyThatWasAskedForMustBeThere() {
        Outcome outcome = start("--policy=/nonexistent/policy.json");
        assertThat(outcome.exitCode()).isEqualTo(78);
        assertThat(outcome.err())
                .containsExactly(
                        "clamd-vproxy: /nonexistent/policy.json: cannot be read:"
                                + " there is no such file");
    }

    @Test
    void aClamdConfThatWasAskedForMustBeThere() throws Exception {
        Outcome outcome = start(goodPolicy(), "--clamd-conf=/nonexistent/clamd.conf");
        assertThat(outcome.exitCode()).isEqualTo(78);
        assertThat(outcome.err())
                .containsExactly(
                        "clamd-vproxy: /nonexistent/clamd.conf cannot be read:"
                                + " there is no such file");
    }
}
