package clamd.vproxy.supervisor.connections.listen;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.testing.TestGuest;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Files in a socket's place, sockets that were removed, and stopped guests. */
@Timeout(60)
class HybridSocketsRepairTest extends HybridSocketsFixture {
    @Test
    void aFileInTheWayIsLeftAloneAndComplainedAboutOnce() throws Exception {
        Path socket = Files.createDirectory(folder.path().resolve("vm")).resolve("s_3400");
        Files.writeString(socket, "precious");
        try (HybridSockets sockets = openWithWitness()) {
            sockets.started(VM);
            repair(sockets);
            repair(sockets);
            assertThat(socket).hasContent("precious");
            assertThat(complaints())
                    .containsExactly(
                            "no hybrid socket for this guest yet: "
                                    + socket
                                    + " is there already and is no socket; remove it");

            Files.delete(socket);
            repair(sockets);
            assertConnects(socket, VM);
        }
    }

    @Test
    void aLinkOrFolderInTheWayIsNotFollowedNorReplaced() throws Exception {
        Path target = Files.createFile(folder.path().resolve("target"));
        Files.createSymbolicLink(vmSocket(), target);
        Path other = Files.createDirectory(folder.path().resolve("other_3400"));
        try (HybridSockets sockets = open()) {
            sockets.started(VM);
            sockets.started(new TestGuest("other", 4).inRun(2));
            sockets.awaitReported();
            assertThat(Files.isSymbolicLink(vmSocket())).isTrue();
            assertThat(Files.isDirectory(other, LinkOption.NOFOLLOW_LINKS)).isTrue();
            assertThat(complaints()).hasSize(2);
        }
        assertThat(target).isEmptyFile();
    }

    @Test
    void aFolderThatComesAfterItsGuestGetsTheSocketThen() throws Exception {
        Path later = folder.path().resolve("vm");
        try (HybridSockets sockets = openWithWitness()) {
            sockets.started(VM);
            repair(sockets);
            repair(sockets);
            assertThat(complaints())
                    .containsExactly(
                            "no hybrid socket for this guest yet: "
                                    + later
                                    + ": the folder is missing");

            Files.createDirectory(later);
            repair(sockets);
            assertConnects(later.resolve("s_3400"), VM);
        }
        assertThat(files(later)).isEmpty();
    }

    @Test
    void aRemovedSocketIsMadeAgain() throws Exception {
        Path socket = Files.createDirectory(folder.path().resolve("vm")).resolve("s_3400");
        try (HybridSockets sockets = openWithWitness()) {
            sockets.started(VM);
            sockets.awaitReported();
            Files.delete(socket);
            repair(sockets);
            assertConnects(socket, VM);
        }
    }

    @Test
    void aFileThatReplacedTheSocketIsNotRemovedAtTheEnd() throws Exception {
        try (HybridSockets sockets = open()) {
            sockets.started(VM);
            sockets.awaitReported();
            Files.delete(vmSocket());
            Files.writeString(vmSocket(), "precious");
        }
        assertThat(vmSocket()).hasContent("precious");
    }

    @Test
    void aStoppedGuestsSocketGoesAndItsNextRunGetsANewOne() throws Exception {
        try (HybridSockets sockets = open()) {
            sockets.started(VM);
            sockets.awaitReported();
            sockets.stopped(VM);
            sockets.awaitReported();
            assertThat(files(folder.path())).isEmpty();

            Guest nextRun = new TestGuest("vm", 9).inRun(2);
            sockets.started(nextRun);
            sockets.awaitReported();
            assertConnects(vmSocket(), nextRun);
        }
    }

    @Test
    void aLateEndDoesNotRemoveTheSocketOfTheNextStart() throws Exception {
        Guest nextRun = new TestGuest("vm", 3).inRun(2);
        try (HybridSockets sockets = open()) {
            sockets.started(VM);
            sockets.stopped(VM);
            sockets.started(nextRun);
            sockets.stopped(VM);
            sockets.awaitReported();
            assertConnects(vmSocket(), nextRun);
        }
    }
}
