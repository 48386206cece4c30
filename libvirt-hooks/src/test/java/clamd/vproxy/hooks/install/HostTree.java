package clamd.vproxy.hooks.install;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

/** A folder that looks like the root of a host where the hook can be installed. */
final class HostTree {
    static final String VERSION = "1.2.3";

    /** An hour after everything here was made. */
    static final Duration AGE = Duration.ofHours(1);

    private static final Duration UPTIME = Duration.ofDays(10);

    final Path root;
    final HookPlaces places;
    private String selinuxContext = "?";

    HostTree(Path folder) throws IOException {
        root = folder.toRealPath();
        places = new HookPlaces(root);
        executable("bin/sh", "");
        for (String tool : ToolCheck.TOOLS) {
            executable(tool.substring(1), "");
        }
        write("proc/uptime", UPTIME.toSeconds() + ".00 0.00\n");
        write("proc/cpuinfo", "");
        process(1, "systemd", Duration.ofDays(1));
    }

    Path write(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(root.resolve(path.substring(0, path.lastIndexOf('/'))));
        return Files.writeString(file, text);
    }

    Path executable(String path, String text) throws IOException {
        return mode(write(path, text), "rwxr-xr-x");
    }

    static Path mode(Path file, String mode) throws IOException {
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    /** A process that has been running for so long. */
    void process(long pid, String name, Duration age) throws IOException {
        long ticks = UPTIME.minus(age).toMillis() / 10;
        write("proc/" + pid + "/comm", name + "\n");
        write(
                "proc/" + pid + "/stat",
                pid + " (" + name + ") S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 " + ticks + " 0\n");
    }

    /** What stat says of any file's SELinux context. */
    void selinuxContext(String context) {
        selinuxContext = context;
    }

    RandomAccessFile supervisor() throws Exception {
        return Bell.open(deadSupervisor());
    }

    Path deadSupervisor() throws Exception {
        Path spool = root.resolve(HookSettings.DEFAULT_SPOOL.substring(1));
        return Bell.make(Files.createDirectories(spool).resolve("bell"));
    }

    HookInstaller installer() {
        return new HookInstaller(places, VERSION);
    }

    List<String> install(Strictness strictness) throws HookException {
        return installer().install(new HookSettings(HookSettings.DEFAULT_SPOOL, strictness));
    }

    List<String> verify() {
        Clock clock = Clock.fixed(Instant.now().plus(AGE), ZoneOffset.UTC);
        return new HookVerifier(places, VERSION, clock, this::output)
                .verify().stream().map(Finding::line).toList();
    }

    private Optional<String> output(String... command) throws IOException {
        return command[0].equals("stat") ? Optional.of(selinuxContext) : Programs.run(command);
    }
}
