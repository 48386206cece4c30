package clamd.vproxy.supervisor.connections.vsock;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel reports about the vsock of a network namespace. */
class VsockNamespaceTest {
    @TempDir private Path proc;

    @Test
    void onlyTheModeLocalKeepsOtherNamespacesVmsOut() throws Exception {
        Path mode = proc.resolve("ns_mode");
        assertThat(VsockNamespace.isLocal(mode)).as("before Linux 7").isFalse();
        Files.writeString(mode, "global\n");
        assertThat(VsockNamespace.isLocal(mode)).isFalse();
        Files.writeString(mode, "local\n");
        assertThat(VsockNamespace.isLocal(mode)).isTrue();
    }
}
