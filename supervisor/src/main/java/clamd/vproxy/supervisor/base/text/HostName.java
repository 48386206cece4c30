package clamd.vproxy.supervisor.base.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads the name of this host, for operators of many hosts. Static function only. */
public final class HostName {
    private HostName() {}

    /** Returns the host name from the kernel; empty if it cannot be read. */
    public static String read() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException _) {
            return "";
        }
    }
}
