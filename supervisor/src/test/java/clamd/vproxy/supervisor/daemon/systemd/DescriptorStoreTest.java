package clamd.vproxy.supervisor.daemon.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.base.sockets.UnixListener;
import clamd.vproxy.supervisor.connections.listen.ListenerStore;
import clamd.vproxy.supervisor.connections.vsock.Descriptors;
import clamd.vproxy.supervisor.testing.StandInSystemd;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.newsclub.net.unix.FileDescriptorCast;

@Timeout(60)
class DescriptorStoreTest {
    private static final long PID = 4711;

    private static ListenerStore store(String... environment) {
        Map<String, String> variables = new HashMap<>();
        for (String variable : environment) {
            String[] parts = variable.split("=", 2);
            variables.put(parts[0], parts[1]);
        }
        return ServiceManager.of(variables, PID, () -> 0).listeners();
    }

    @Test
    void socketsAreHandedOverByTheirNamesAndOnlyOnce() {
        ListenerStore store =
                store("LISTEN_PID=4711", "LISTEN_FDS=3", "LISTEN_FDNAMES=vsock:hybrid-1:vsock");
        assertThat(store.take("vsock")).containsExactly(3, 5);
        assertThat(store.take("vsock")).isEmpty();
        assertThat(store.take("hybrid-1")).containsExactly(4);
        assertThat(store.keeps()).isFalse();
    }

    @Test
    void aSocketWithoutANameIsCalledUnknownAsBySystemd() {
        assertThat(store("LISTEN_PID=4711", "LISTEN_FDS=2", "LISTEN_FDNAMES=a").take("unknown"))
                .containsExactly(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"LISTEN_PID=4712", "LISTEN_PID=", "OTHER=1"})
    void socketsOfAnotherProcessAreLeftAlone(String variable) {
        assertThat(store(variable, "LISTEN_FDS=1", "LISTEN_FDNAMES=vsock").take("vsock")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "", "many", "99999999"})
    void anImpossibleNumberOfSocketsIsNone(String count) {
        assertThat(store("LISTEN_PID=4711", "LISTEN_FDS=" + count, "LISTEN_FDNAMES=a").take("a"))
                .isEmpty();
    }

    @Test
    void aSocketThatIsStoredGoesOnListeningAfterItsOwnerHasClosedIt() throws Exception {
        try (TemporaryFolder folder = TemporaryFolder.create();
                StandInSystemd systemd = StandInSystemd.at(folder.path().resolve("notify"))) {
            Map<String, String> environment = new HashMap<>(systemd.environment());
            environment.put("FDSTORE", "8");
            ListenerStore store = ServiceManager.of(environment, PID, () -> 0).listeners();
            assertThat(store.keeps()).isTrue();
            Path path = folder.path().resolve("s");
            UnixListener socket =
                    UnixListener.listen(path, "rw-------", 8, UnixListener.Handover.NONE);
            store.keep("hybrid-1", Descriptors.of(socket.descriptor()));
            socket.leave();
            assertThat(systemd.hears()).isEqualTo("FDSTORE=1\nFDNAME=hybrid-1");
            int number = FileDescriptorCast.using(systemd.stored().getFirst()).as(Integer.class);
            try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(path));
                    ServerSocketChannel kept = Descriptors.unixListener(number);
                    SocketChannel accepted = kept.accept()) {
                assertThat(accepted).isNotNull();
            }
            store.forget("hybrid-1");
            assertThat(systemd.heard()).isEqualTo(List.of("FDSTOREREMOVE=1\nFDNAME=hybrid-1"));
        }
    }

    @Test
    void withoutSystemdNothingIsKept() {
        assertThat(store().keeps()).isFalse();
        assertThat(store("FDSTORE=8").keeps()).isFalse();
    }
}
