package clamd.vproxy.supervisor.connections.vsock;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Tells which VMs can reach the AF_VSOCK sockets of this process. Since Linux 7, a network
 * namespace has its own CIDs if the parent's {@code child_ns_mode} was {@code local} when it was
 * created. Static functions only.
 */
public final class VsockNamespace {
    private static final Path MODE = Path.of("/proc/sys/net/vsock/ns_mode");

    private VsockNamespace() {}

    /**
     * Whether only VMs whose VMM runs in this process's network namespace can connect; an older
     * kernel has one set of CIDs for all.
     */
    public static boolean isLocal() {
        return isLocal(MODE);
    }

    static boolean isLocal(Path mode) {
        try {
            return Files.readString(mode).strip().equals("local");
        } catch (IOException _) {
            return false; // before Linux 7
        }
    }
}
