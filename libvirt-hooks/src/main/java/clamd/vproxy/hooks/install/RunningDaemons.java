package clamd.vproxy.hooks.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Finds the daemons that run the qemu hook in {@code /proc} (proc(5)). Stateless. */
final class RunningDaemons {
    private static final Set<String> NAMES = Set.of("libvirtd", "virtqemud");

    /** The unit of times in /proc/PID/stat: 1/100 s on all systems where libvirt runs. */
    private static final long TICK_MILLIS = 10;

    /**
     * The index of the start time, field 22, in the text after the command's name, which begins
     * with field 3.
     */
    private static final int START_TIME = 22 - 3;

    private RunningDaemons() {}

    /**
     * A running daemon. Immutable.
     *
     * @param name the name of the program and of its systemd unit
     * @param age how long the daemon has been running
     */
    record Daemon(String name, long pid, Duration age) {}

    static List<Daemon> below(Path root) throws IOException {
        List<Daemon> running = new ArrayList<>();
        for (Path process : HookPlaces.list(root.resolve("proc"))) {
            if (process.getFileName().toString().matches("\\d+")) {
                try {
                    String name = Files.readString(process.resolve("comm")).strip();
                    if (NAMES.contains(name)) {
                        running.add(daemon(root, process, name));
                    }
                } catch (IOException _) {
                    // the process has ended meanwhile: any user may read these files
                }
            }
        }
        return running;
    }

    private static Daemon daemon(Path root, Path process, String name) throws IOException {
        String stat = Files.readString(process.resolve("stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        Duration started = Duration.ofMillis(Long.parseLong(fields[START_TIME]) * TICK_MILLIS);
        String uptime = Files.readString(root.resolve("proc/uptime")).split(" ", 2)[0];
        Duration up = Duration.ofMillis(Math.round(Double.parseDouble(uptime) * 1000));
        return new Daemon(
                name, Long.parseLong(process.getFileName().toString()), up.minus(started));
    }
}
