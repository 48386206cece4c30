package clamd.vproxy.supervisor.connections.vsock;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * What the supervisor relies on in its vsock sockets, over vsock loopback, as a program that exits
 * 1 when anything is not so. Only for a VM of its own: the machine that builds must not open
 * AF_VSOCK. Run it with a low {@code ulimit -n} and {@code -XX:-MaxFDLimit}, because one check uses
 * up the descriptors.
 */
public final class VsockProbe {
    private static final int PORT = 3400;
    private static final long LOOPBACK_CID = 1;

    /** More than any vsock buffer takes, so that writing it waits for the reader. */
    private static final int MORE_THAN_BUFFERED = 16 << 20;

    private final VsockListener listener;

    private VsockProbe(VsockListener listener) {
        this.listener = listener;
    }

    /** Runs all checks in order; the last one closes the listener. */
    public static void main(String[] arguments) throws IOException {
        VsockProbe probe = new VsockProbe(VsockListener.bind(VsockListener.ANY_CID, PORT, 64));
        List<Check> checks =
                List.of(
                        new Check("the kernel names the peer's CID", probe::theKernelNamesThePeer),
                        new Check(
                                "a read waits longer than an accept does",
                                probe::aReadWaitsForEver),
                        new Check(
                                "shutdownInput ends a waiting read",
                                probe::shutdownInputEndsAWaitingRead),
                        new Check(
                                "shutdownOutput ends a waiting write",
                                probe::shutdownOutputEndsAWaitingWrite),
                        new Check(
                                "a half-closed peer is EOF and gets its answer",
                                probe::aHalfClosedPeerGetsItsAnswer),
                        new Check(
                                "writing to a peer that left throws",
                                probe::writingToAPeerThatLeftThrows),
                        new Check(
                                "a peer gone before accept harms nobody",
                                probe::aPeerGoneBeforeAcceptHarmsNobody),
                        new Check(
                                "junixsocket keeps no peer addresses",
                                probe::junixsocketKeepsNoPeerAddresses),
                        new Check(
                                "without descriptors accept throws, later it succeeds",
                                probe::acceptSurvivesUsedUpDescriptors),
                        new Check(
                                "a taken port is one clear line", probe::aTakenPortIsOneClearLine),
                        new Check(
                                "close ends a waiting accept and frees the port",
                                probe::closeEndsAWaitingAccept));
        long failed = checks.stream().filter(check -> !check.passes(System.out)).count();
        System.exit(failed == 0 ? 0 : 1);
    }

    private void theKernelNamesThePeer() throws Exception {
        try (Peers peers = Peers.connectedBy(listener, PORT)) {
            assertThat(peers.peerCid()).isEqualTo(LOOPBACK_CID);
            assertThat(peers.host().isBlocking()).isTrue();
        }
    }

    private void aReadWaitsForEver() throws Exception {
        try (Peers peers = Peers.connectedBy(listener, PORT)) {
            Waiting<Integer> read =
                    Waiting.in(() -> peers.host().read(ByteBuffer.allocateDirect(10)));
            peers.guest().write(bytes("hello"));
            assertThat(read.ended()).isEqualTo(5);
        }
    }

    private void shutdownInputEndsAWaitingRead() throws Exception {
        try (Peers peers = Peers.connectedBy(listener, PORT)) {
            Waiting<Integer> read =
                    Waiting.in(() -> peers.host().read(ByteBuffer.allocateDirect(10)));
            peers.host().shutdownInput();
            assertThat(read.ended()).isEqualTo(-1);
            assertThat(peers.host().write(bytes("still open"))).isEqualTo(10);
        }
    }

    private void shutdownOutputEndsAWaitingWrite() throws Exception {
        try (Peers peers = Peers.connectedBy(listener, PORT)) {
            ByteBuffer much = ByteBuffer.allocateDirect(MORE_THAN_BUFFERED);
            Waiting<Integer> writes = Waiting.in(() -> writeAll(peers.host(), much));
            peers.host().shutdownInput();
            writes.stillWaits();
            peers.host().shutdownOutput();
            assertThatThrownBy(writes::ended).isInstanceOf(IOException.class);
            assertThat(much.position()).isBetween(1, MORE_THAN_BUFFERED - 1);
        }
    }

    private void aHalfClosedPeerGetsItsAnswer() throws Exception {
        try (Peers peers = Peers.connectedBy(listener, PORT)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(100);
            peers.guest().write(bytes("question"));
            peers.guest().shutdownOutput();
            assertThat(peers.host().read(buffer)).isEqualTo(8);
            assertThat(peers.host().read(buffer)).isEqualTo(-1);
            peers.host().write(bytes("answer"));
            assertThat(peers.guest().read(buffer)).isEqualTo(6);
        }
    }

    private void writingToAPeerThatLeftThrows() throws Exception {
        try (Peers peers = Peers.connectedBy(listener, PORT)) {
            peers.guest().close();
            assertThat(peers.host().read(ByteBuffer.allocateDirect(10))).isEqualTo(-1);
            assertThatThrownBy(() ->
                            writeAll(peers.host(), ByteBuffer.allocateDirect(MORE_THAN_BUFFERED)))
                    .isInstanceOf(IOException.class);
            assertThat(peers.host().isOpen()).as("a failed write closes the channel").isFalse();
        }
    }

    private void aPeerGoneBeforeAcceptHarmsNobody() throws Exception {
        Peers.connectTo(PORT).close();
        SocketChannel patient = Peers.connectTo(PORT);
        patient.write(bytes("patient"));
        ByteBuffer buffer = ByteBuffer.allocateDirect(100);
        while (buffer.position() == 0) {
            VsockConnection accepted = listener.accept();
            accepted.channel().read(buffer);
            accepted.channel().close();
        }
        assertThat(buffer.position()).isEqualTo(7);
        patient.close();
    }

    /**
     * 2.11.1 has a static map for addresses that would grow with every peer, were its keys not all
     * equal by mistake.
     */
    private void junixsocketKeepsNoPeerAddresses() throws Exception {
        int before = JunixsocketAddresses.kept();
        for (int i = 0; i < 100; i++) {
            Peers.connectedBy(listener, PORT).close();
        }
        assertThat(JunixsocketAddresses.kept()).isEqualTo(before);
    }

    private void acceptSurvivesUsedUpDescriptors() throws Exception {
        SocketChannel guest = Peers.connectTo(PORT);
        List<FileInputStream> files = new ArrayList<>();
        try {
            useUpDescriptors(files);
            assertThatThrownBy(listener::accept)
                    .isInstanceOf(IOException.class)
                    .hasMessage("Too many open files");
        } finally {
            for (FileInputStream file : files) {
                file.close();
            }
        }
        VsockConnection accepted = listener.accept();
        assertThat(accepted.peerCid()).isEqualTo(LOOPBACK_CID);
        accepted.channel().close();
        guest.close();
    }

    private void aTakenPortIsOneClearLine() {
        assertThatThrownBy(() -> VsockListener.bind(VsockListener.ANY_CID, PORT, 1))
                .isInstanceOf(IOException.class)
                .hasMessageMatching(
                        "Cannot listen on vsock port " + PORT + ": it is taken; [^\n]*");
    }

    private void closeEndsAWaitingAccept() throws Exception {
        Waiting<VsockConnection> accept = Waiting.in(listener::accept);
        listener.close();
        assertThatThrownBy(accept::ended).isInstanceOf(ClosedChannelException.class);
        listener.close();
        VsockListener.bind(VsockListener.ANY_CID, PORT, 1).close();
    }

    private static int writeAll(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        return bytes.position();
    }

    private static void useUpDescriptors(List<FileInputStream> files) {
        assertThatThrownBy(
                        () -> {
                            while (files.size() < 100_000) {
                                files.add(new FileInputStream("/dev/null"));
                            }
                        })
                .hasMessageContaining("Too many open files");
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.allocateDirect(text.length()).put(text.getBytes(US_ASCII)).flip();
    }
}
