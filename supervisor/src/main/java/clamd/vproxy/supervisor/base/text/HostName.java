package clamd.vproxy.supervisor.base.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The name of this host, for people who look at many. Without state. */
public final class HostName {
    private HostName() {}

    /** As the kernel has it; empty if it does not say. */
    public static String read() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException _) {
            return "";
        }
    }
}
