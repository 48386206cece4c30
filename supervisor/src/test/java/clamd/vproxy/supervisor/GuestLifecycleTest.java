package clamd.vproxy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.LogTap;
import clamd.vproxy.supervisor.testing.LogTap.Line;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.StandInClamd;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.supervisor.testing.TestGuest;
import clamd.vproxy.worker.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.libvirt.Connect;
import org.libvirt.Domain;

/** Guests that start and stop while the daemon runs, at the worst moments. */
@Tag("libvirt")
@Timeout(60)
class GuestLifecycleTest {
    /** One state for the whole process, as long as a connection is open. */
    private static final String URI = "test:///default";

    private TemporaryFolder folder;
    private StandInClamd clamd;
    private LogTap listening;
    private Stage stage;
    private Connect hypervisor;
    private Domain domain;

    @BeforeEach
    void startEverything() throws Exception {
        folder = TemporaryFolder.create();
        clamd = StandInClamd.at(folder.path().resolve("c"));
        listening = LogTap.on("clamd.vproxy.supervisor.connections.listen");
        stage = Stage.with(clamd.socket()).uris(URI).start();
        hypervisor = new Connect(URI);
        domain = hypervisor.domainDefineXML(new TestGuest("vm", 77).xml());
        startDomain();
    }

    @AfterEach
    void stopEverything() throws Exception {
        stage.close();
        if (domain.isActive() == 1) {
            domain.destroy();
        }
        domain.undefine();
        domain.free();
        hypervisor.close();
        listening.close();
        clamd.close();
        folder.close();
    }

    private void startDomain() throws Exception {
        domain.create();
        Line line = listening.next();
        while (!line.value("domain").equals("vm")) {
            line = listening.next();
        }
        assertThat(line.message()).isEqualTo("listening at " + stage.socketOf("vm"));
    }

    private void assertLogged(String command, String bytes) throws Exception {
        Line line = stage.sessions().next();
        assertThat(line.value("domain")).isEqualTo("vm");
        assertThat(line.value("uuid")).isEqualTo(new TestGuest("vm", 77).uuid().toString());
        assertThat(line.value("cid")).isEqualTo("77");
        assertThat(line.value("command")).isEqualTo(command);
        assertThat(line.value("bytes")).isEqualTo(bytes);
        assertThat(line.value("verdict")).isEqualTo("error");
        assertThat(line.value("termination")).isEqualTo("guest-stopped");
    }

    @Test
    void aGuestStoppedAmidItsUploadLosesTheSessionAndClamdSeesNoEndMarker() throws Exception {
        try (GuestClient client =
                        stage.guest("vm").says("zINSTREAM\0").begins(8, new byte[] {1, 2});
                StandInClamd.Connection connection = clamd.accept()) {
            assertThat(connection.reads(16)).hasSize(16);
            domain.destroy();
            assertThat(connection.readsToTheEnd()).isEmpty();
            assertLogged("INSTREAM", "2");
            assertThat(hearsOrIsCutOff(client)).isIn("", "Guest stopped. ERROR\0");
        }
    }

    @Test
    void aGuestStoppedWhileClamdScansLosesTheSessionButClamdIsWaitedFor() throws Exception {
        try (GuestClient client = stage.guest("vm").streams(new byte[] {1, 2});
                StandInClamd.Connection connection = clamd.accept()) {
            assertThat(connection.reads(20)).hasSize(20);
            domain.destroy();
            assertLogged("INSTREAM", "2");
            assertThat(hearsOrIsCutOff(client)).isIn("", "Guest stopped. ERROR\0");
            connection.answers("stream: OK\0");
            assertThat(connection.readsToTheEnd()).isEmpty();
        }
    }

    @Test
    void anIdleConnectionOfAStoppedGuestIsClosed() throws Exception {
        try (GuestClient client = stage.guest("vm");
                GuestClient later = stage.guest("vm").says("zPING\0")) {
            ping(later);
            later.leaves();
            assertThat(stage.sessions().next().value("command")).isEqualTo("PING");
            domain.destroy();
            assertThat(hearsOrIsCutOff(client)).isIn("", "Guest stopped. ERROR\n");
            assertLogged("none", "0");
        }
    }

    private void ping(GuestClient asking) throws Exception {
        try (StandInClamd.Connection connection = clamd.accept()) {
            assertThat(connection.reads(6)).isEqualTo("zPING\0");
            connection.answers("PONG\0");
        }
        assertThat(asking.hears()).isEqualTo("PONG\0");
    }

    /** The guest is gone, so whether the text still reaches it does not matter. */
    private static String hearsOrIsCutOff(GuestClient client) {
        try {
            return client.hears();
        } catch (IOException _) {
            return "";
        }
    }

    @Test
    void aStoppedGuestsSocketIsRemovedAndItsNextRunGetsANewOne() throws Exception {
        Path socket = stage.socketOf("vm");
        GuestClient late = stage.guest("vm");

        domain.destroy();
        Eventually.holds("the socket is removed", () -> !Files.exists(socket));
        assertThat(hearsOrIsCutOff(late)).isIn("", "Guest stopped. ERROR\n");
        late.close();

        startDomain();
        try (GuestClient client = stage.guest("vm").says("zPING\0")) {
            ping(client);
        }
    }

    @Test
    void twentyRunsLeaveNoThreadOfTheGuestBehind() throws Exception {
        for (int run = 0; run < 20; run++) {
            try (GuestClient client = stage.guest("vm").says("zPING\0");
                    StandInClamd.Connection _ = clamd.accept()) {
                domain.destroy();
                assertThat(hearsOrIsCutOff(client)).isIn("", "Guest stopped. ERROR\0");
            }
            startDomain();
        }
        domain.destroy();
        Eventually.holds(
                "no thread is left",
                () ->
                        Thread.getAllStackTraces().keySet().stream()
                                .noneMatch(thread -> thread.getName().startsWith("vm#")));
    }
}
