package clamd.vproxy.supervisor.faults;

import clamd.vproxy.supervisor.base.json.Json;
import clamd.vproxy.supervisor.commands.Main;
import clamd.vproxy.supervisor.reports.control.ControlClient;
import clamd.vproxy.supervisor.reports.status.DaemonStatus;
import clamd.vproxy.supervisor.testing.DaemonProcess;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.HookScript;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.TestGuest;
import clamd.vproxy.worker.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * {@code clamd-vproxy} itself, as a process, with everything it needs in one folder: two guests,
 * {@code a} and {@code b}, of libvirt's test driver, which reach it over sockets of their own.
 * Confined to the test's thread.
 */
final class RealDaemon implements AutoCloseable {
    private final Path folder;
    private final List<String> before;
    private final DaemonProcess process;

    private RealDaemon(Path folder, List<String> before, DaemonProcess process) {
        this.folder = folder;
        this.before = before;
        this.process = process;
    }

    /**
     * Starts it; it is ready when this returns.
     *
     * @param before a command that runs the rest of its arguments
     * @param clamd where it relays to
     */
    static RealDaemon start(Path folder, List<String> before, Path clamd, String... more)
            throws Exception {
        String node =
                Stage.node(
                        folder.resolve("node.xml"),
                        List.of(new TestGuest("a", 3), new TestGuest("b", 4)));
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "--no-vsock",
                                "--hybrid-vsock=" + folder + "/{name}",
                                "--connect=" + node,
                                "--hook-spool=" + folder + "/hook",
                                "--control-socket=" + folder + "/control",
                                "--clamd=" + clamd));
        arguments.addAll(List.of(more));
        if (arguments.stream().noneMatch(each -> each.startsWith("--state-file"))) {
            arguments.add("--state-file=" + folder + "/usage.json");
        }
        String classPath = PackedClasses.in(folder.resolve("lib"));
        DaemonProcess process =
                new DaemonProcess(
                        before, List.of(), Map.of(), classPath, Main.class, arguments, _ -> {});
        RealDaemon daemon = new RealDaemon(folder, before, process);
        try {
            process.awaitLog(": ready");
            // on a machine that is busy otherwise the first list may come later
            Eventually.holds(
                    "sockets of both guests",
                    () -> Files.exists(daemon.socketOf("a")) && Files.exists(daemon.socketOf("b")));
            return daemon;
        } catch (AssertionError | Exception e) {
            daemon.close();
            throw e;
        }
    }

    GuestClient guest(String name) throws IOException {
        return GuestClient.at(socketOf(name));
    }

    private Path socketOf(String guest) {
        return folder.resolve(guest + "_3400");
    }

    /** What a guest hears that asks for a PING. */
    String ping(String name) throws IOException {
        try (GuestClient client = guest(name)) {
            return client.says("zPING\0").hears();
        }
    }

    DaemonStatus status() throws Exception {
        String reply = new ControlClient(folder.resolve("control"), System::nanoTime).ask("status");
        return Json.read(reply, DaemonStatus.class);
    }

    HookScript hook() {
        return new HookScript(folder.resolve("hook"));
    }

    DaemonProcess process() {
        return process;
    }

    /** Sets the soft limit of a kind, such as {@code nofile}, while it runs. */
    void limit(String resource, long most) throws Exception {
        List<String> command = new ArrayList<>(before);
        // by the same user: root in a container may have no right to it
        command.addAll(
                List.of(
                        "prlimit",
                        "--pid=" + process.pid(),
                        "--" + resource + "=" + most + ":" + unlimited(resource)));
        DaemonProcess.run(command.toArray(String[]::new));
    }

    /** The hard limit, so that a user other than root can raise the soft one again. */
    private String unlimited(String resource) throws IOException {
        String name =
                Map.of(
                                "nofile",
                                "Max open files",
                                "nproc",
                                "Max processes",
                                "fsize",
                                "Max file size")
                        .getOrDefault(resource, resource);
        try (Stream<String> limits = Files.lines(Path.of("/proc/" + process.pid() + "/limits"))) {
            return limits.filter(line -> line.startsWith(name))
                    .map(line ->
                            line.substring(name.length())
                                    .strip()
                                    .replaceAll("^\\S+\\s+(\\S+).*", "$1"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
