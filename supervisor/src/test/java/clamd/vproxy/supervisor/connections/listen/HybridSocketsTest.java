package clamd.vproxy.supervisor.connections.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.TestGuest;
import clamd.vproxy.worker.net.StreamSocket;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The sockets of guests: owner, path, name, and the daemon's restart. */
@Timeout(60)
class HybridSocketsTest extends HybridSocketsFixture {
    private HybridSockets openWith(ListenerStore store) throws IOException {
        return open("/{name}", SocketOwner.OURSELVES, store);
    }

    @Test
    void aStartedGuestGetsASocketForItsOwnerOnlyAndNothingElseIsLeft() throws Exception {
        try (HybridSockets sockets = open()) {
            sockets.started(VM);
            sockets.awaitReported();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(vmSocket())))
                    .isEqualTo("rw-------");
            assertThat(files(folder.path())).containsExactly("vm_3400");
            assertConnects(vmSocket(), VM);
        }
        assertThat(files(folder.path())).isEmpty();
    }

    @Test
    void theSocketBelongsToTheConfiguredOwner() throws Exception {
        PosixFileAttributes ours = Files.readAttributes(folder.path(), PosixFileAttributes.class);
        String user = ours.owner().getName().equals("root") ? "daemon" : ours.owner().getName();
        try (HybridSockets sockets = open("/{name}", SocketOwner.parse(user))) {
            sockets.started(VM);
            sockets.awaitReported();
            assertThat(Files.getOwner(vmSocket()).getName()).isEqualTo(user);
        }
    }

    @Test
    void anOwnerThatDoesNotExistGetsNoSocketAndOneComplaint() throws Exception {
        try (HybridSockets sockets = open("/{name}", SocketOwner.parse("no-such-user"))) {
            sockets.started(VM);
            for (int turn = 0; turn < 3; turn++) {
                clock.advance(REPAIR_INTERVAL);
                sockets.awaitReported();
            }
        }
        assertThat(files(folder.path())).isEmpty();
        assertThat(complaints())
                .containsExactly(
                        "no hybrid socket for this guest yet:"
                                + " this system has no user \"no-such-user\"");
    }

    @Test
    void aSocketThatAnEarlierRunLeftIsReplaced() throws Exception {
        ServerSocketChannel earlier = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        earlier.bind(UnixDomainSocketAddress.of(vmSocket()));
        earlier.close();
        assertThat(vmSocket()).exists();
        try (HybridSockets sockets = open()) {
            sockets.started(VM);
            sockets.awaitReported();
            assertConnects(vmSocket(), VM);
        }
        assertThat(complaints()).isEmpty();
    }

    @Test
    void connectionsMadeWhileNoDaemonRunsWaitForTheNextOne() throws Exception {
        HeldListeners store = new HeldListeners();
        List<GuestClient> guests = new ArrayList<>();
        for (int run = 0; run < 3; run++) {
            try (HybridSockets sockets = openWith(store)) {
                sockets.started(VM);
                sockets.awaitReported();
                assertConnects(vmSocket(), VM);
                assertThat(sockets.status().handedOver()).isEqualTo(run == 0 ? 0 : 1);
            }
            guests.add(GuestClient.at(vmSocket()).says("zPING\0"));
            assertThat(accepted).isEmpty();
            try (HybridSockets sockets = openWith(store)) {
                sockets.started(VM);
                sockets.awaitReported();
                Accepted next = accepted.poll(30, TimeUnit.SECONDS);
                assertThat(next).isNotNull();
                assertThat(next.guest()).isEqualTo(VM);
                assertThat(next.socket().read(ByteBuffer.allocate(6))).isEqualTo(6);
                next.socket().write(ByteBuffer.wrap("PONG\0".getBytes(StandardCharsets.US_ASCII)));
                next.socket().close();
                assertThat(guests.getLast().hears()).isEqualTo("PONG\0");
            }
        }
        assertThat(complaints()).isEmpty();
        for (GuestClient guest : guests) {
            guest.close();
        }
    }

    @Test
    void aConnectionThatFoundTheEarlierSocketIsServedAfterTheNewOneIsInPlace() throws Exception {
        HeldListeners store = new HeldListeners();
        try (HybridSockets sockets = openWith(store)) {
            sockets.started(VM);
            sockets.awaitReported();
        }
        Path earlier = folder.path().resolve("earlier");
        Files.createLink(earlier, vmSocket());
        try (HybridSockets sockets = openWith(store)) {
            sockets.started(VM);
            sockets.awaitReported();
            try (GuestClient _ = GuestClient.at(earlier)) {
                clock.advance(REPAIR_INTERVAL);
                sockets.awaitReported();
                Accepted next = accepted.poll(30, TimeUnit.SECONDS);
                assertThat(next).isNotNull();
                next.socket().close();
            }
        }
    }

    @Test
    void theSocketOfAStoppedGuestIsNoLongerKept() throws Exception {
        HeldListeners store = new HeldListeners();
        try (HybridSockets sockets = openWith(store)) {
            sockets.started(VM);
            sockets.awaitReported();
            assertThat(store.names()).containsExactly("hybrid-" + VM.uuid());
            sockets.stopped(VM);
            sockets.awaitReported();
            assertThat(store.names()).isEmpty();
            assertThat(vmSocket()).doesNotExist();
        }
    }

    @Test
    void aRenamedGuestMovesAndANewCidChangesNothing() throws Exception {
        Guest renamed = new Guest("test", VM.uuid(), "new", 1, VM.cid(), Set.of());
        Guest moved = new TestGuest("vm", 99).inRun(1);
        try (HybridSockets sockets = open()) {
            sockets.started(VM);
            sockets.changed(VM, moved);
            sockets.awaitReported();
            assertConnects(vmSocket(), moved);
            sockets.changed(moved, renamed);
            sockets.awaitReported();
            assertThat(files(folder.path())).containsExactly("new_3400");
            assertConnects(folder.path().resolve("new_3400"), renamed);
        }
    }

    @Test
    void twoHundredGuestsAreDistinguished() throws Exception {
        List<Guest> guests = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            guests.add(new TestGuest("vm" + i, 3 + i).inRun(i));
        }
        try (HybridSockets sockets = open()) {
            guests.forEach(sockets::started);
            sockets.awaitReported();
            for (Guest guest : guests) {
                assertConnects(folder.path().resolve(guest.name() + "_3400"), guest);
            }
            guests.subList(0, 199).forEach(sockets::stopped);
            sockets.awaitReported();
            assertThat(files(folder.path())).containsExactly("vm199_3400");
        }
        assertThat(complaints()).isEmpty();
    }

    @Test
    void aSocketIsMadeWhereverItsPathFits() throws Exception {
        Path deep = folderOfLength(106 - "/vm_3400".length());
        try (HybridSockets sockets =
                open("/" + deep.getFileName() + "/{name}", SocketOwner.OURSELVES)) {
            sockets.started(VM);
            sockets.awaitReported();
            assertConnects(deep.resolve("vm_3400"), VM);
        }
        assertThat(files(deep)).isEmpty();
        assertThat(complaints()).isEmpty();
    }

    @Test
    void aFolderTooDeepForASocketIsComplainedAboutAndStaysEmpty() throws Exception {
        Path deep = folderOfLength(108 - "/vm_3400".length());
        try (HybridSockets sockets =
                open("/" + deep.getFileName() + "/{name}", SocketOwner.OURSELVES)) {
            sockets.started(VM);
            sockets.awaitReported();
        }
        assertThat(files(deep)).isEmpty();
        assertThat(complaints()).hasSize(1).first().asString().contains("path");
    }

    private Path folderOfLength(int length) throws IOException {
        int name = length - folder.path().toString().length() - 1;
        return Files.createDirectory(folder.path().resolve("x".repeat(name)));
    }

    @Test
    void twoGuestsNeverShareASocketHoweverTheyAreNamed() throws Exception {
        Path socket = Files.createDirectory(folder.path().resolve("vm")).resolve("s_3400");
        Guest namesake = new Guest("other", new UUID(0, 7), "vm", 2, VM.cid(), Set.of());
        try (HybridSockets sockets = openWithWitness()) {
            sockets.started(VM);
            sockets.started(namesake);
            repair(sockets);
            repair(sockets);
            assertConnects(socket, VM);
            assertThat(complaints())
                    .containsExactly(
                            "no hybrid socket for this guest yet: "
                                    + socket
                                    + " is another guest's already; put {uuid} into --hybrid-vsock");

            sockets.stopped(VM);
            repair(sockets);
            assertConnects(socket, namesake);
        }
    }

    @Test
    void aConnectionThatCannotBeHandedOnDoesNotEndTheOthers() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        BiConsumer<Guest, StreamSocket> sink =
                (guest, socket) -> {
                    if (attempts.getAndIncrement() == 0) {
                        throw new IllegalStateException("a defect");
                    }
                    accepted.add(new Accepted(guest, socket));
                };
        HybridTemplate template = new HybridTemplate(folder.path() + "/{name}");
        try (HybridSockets sockets =
                new HybridSockets(
                        template, 3400, SocketOwner.OURSELVES, sink, ListenerStore.NONE, clock)) {
            sockets.started(VM);
            sockets.awaitReported();
            try (GuestClient client = GuestClient.at(vmSocket())) {
                assertThat(client.hears()).isEmpty();
            }
            assertConnects(vmSocket(), VM);
        }
        assertThat(complaints()).hasSize(1);
    }

    @Test
    void aSecondDaemonOnTheSameSocketsRefusesToStartAndNamesTheLockAndTheFirst() throws Exception {
        HybridTemplate template = new HybridTemplate(folder.path() + "/{name}");
        assertThat(template.servedBy(3400)).isEmpty();
        try (HybridSockets first = open()) {
            first.started(VM);
            first.awaitReported();
            String pid = "(pid " + ProcessHandle.current().pid() + ")";
            assertThatThrownBy(this::open)
                    .isInstanceOf(IOException.class)
                    .hasMessageContainingAll(
                            "another daemon " + pid, folder.path() + "/.{name}_3400.lock");
            assertThat(template.servedBy(3400)).contains("a daemon " + pid);
            assertThat(template.servedBy(3401)).isEmpty();
            open("/{name}-other", SocketOwner.OURSELVES).close();
            try (GuestClient _ = GuestClient.at(vmSocket())) {
                assertThat(accepted.take().guest()).isEqualTo(VM);
            }
        }
        assertThat(template.servedBy(3400)).isEmpty();
        open().close();
    }

    @Test
    void theLockIsTakenOnceItsFolderIsThere() throws Exception {
        Path missing = folder.path().resolve("vms");
        try (HybridSockets early = open("/vms/{name}", SocketOwner.OURSELVES)) {
            Files.createDirectory(missing);
            early.started(VM);
            early.awaitReported();
            assertThat(missing.resolve(".{name}_3400.lock")).exists();
        }
    }
}
