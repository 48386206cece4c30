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

    /** The unit of times in /proc/PID/stat, 1/100 s wherever libvirt runs. */
    private static final long TICK_MILLIS = 10;

    /** Field 22 is the start time; what follows the command's name begins with field 3. */
    private static final int START_TIME = 22 - 3;

    private RunningDaemons() {}

    /**
     * One of them. Immutable.
     *
     * @param name of the program and of its systemd unit
     * @param age how long it has been running
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
                    // it has ended meanwhile: everybody may read these files
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
