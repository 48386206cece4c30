package clamd.vproxy.supervisor.nestedhost;

import clamd.vproxy.supervisor.commands.demo.Eicar;
import clamd.vproxy.worker.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The host under test: libvirtd and clamd as Debian's packages run them, and the supervisor
 * installed from its package as the README says. One for all scenarios of a run.
 */
final class Host implements AutoCloseable {
    /**
     * The guests' policies in all scenarios. Some connections say nothing until the host has done
     * something, which may take long where it is emulated; clamd itself bears three minutes.
     */
    private static final String POLICY =
            """
            {
              "version": 1,
              "defaults": {
                "queueTimeout": "2s", "streamTimeout": "10m",
                "commandTimeout": "2m", "readTimeout": "2m"
              },
              "rules": [
                {"match": {"name": "alpha"}, "maxConnections": 2, "maxStreamSize": "64KiB"},
                {"match": {"name": "beta*"}, "commands": ["INSTREAM"]},
                {"match": {"name": "gamma*"}, "commands": ["INSTREAM", "PING"]},
                {"match": {"name": "denied"}, "deny": true},
                {"match": {"name": "nomad"}, "tenant": "north"}
              ]
            }
            """;

    private static final int MAX_UPLOADS = 4;

    /** What one guest may hold of them; few, so that a place not given back would be missed. */
    static final int UPLOADS_OF_ONE_GUEST = 3;

    static final Path PROJECT = Path.of(System.getProperty("nested-host.project"));
    private static final Path README = PROJECT.resolve("README.md");

    /** What an operator looks up. */
    static final Path OPERATING = PROJECT.resolve("supervisor/OPERATING.md");

    private static final Pattern SHELL_BLOCK = Pattern.compile("(?ms)^```sh\\n(.*?)^```$");

    /** These take part in several scenarios, and a guest's console has one user at a time. */
    final GuestVm alpha = GuestVm.withSnapshots("alpha");

    final GuestVm beta = GuestVm.withCid("beta", 77);
    final GuestVm gamma = GuestVm.withCid("gamma", 78);
    final GuestVm epsilon = GuestVm.withPrograms("epsilon");

    private final ServiceLog log;

    private Host(ServiceLog log) {
        this.log = log;
    }

    /** Starts libvirtd and clamd, and installs the supervisor. */
    static Host prepare() throws Exception {
        // guests that QEMU itself confines are not what is tested here
        Files.writeString(
                Path.of("/etc/libvirt/qemu.conf"),
                "user = \"root\"\ngroup = \"root\"\nsecurity_driver = \"none\"\n");
        startClamd();
        Shell.script("systemctl start libvirtd");
        install(README, "Install on a libvirt host");
        ServiceLog log = new ServiceLog("clamd-vproxy");
        log.await("ready", "port=");
        Files.writeString(Path.of("/etc/clamd-vproxy/policy.json"), POLICY);
        Host host = new Host(log);
        host.restartSupervisor("--host-max-uploads=" + MAX_UPLOADS);
        return host;
    }

    /** Runs what a section of a page says, word for word. */
    static void install(Path page, String section) throws Exception {
        String commands = String.join("\n", shellBlocks(section(page, section)));
        Shell.script("cd '%s'\n%s".formatted(PROJECT, commands));
    }

    ServiceLog log() {
        return log;
    }

    /** Starts the installed service anew with these options in addition. */
    void restartSupervisor(String options) throws Exception {
        Files.writeString(
                Path.of("/etc/default/clamd-vproxy"),
                "CLAMD_VPROXY_OPTIONS=\"--wait-for-clamd=5m %s\"\n".formatted(options));
        log.mark();
        Shell.script("systemctl restart clamd-vproxy");
        log.await("ready", "port=");
    }

    /** Takes the read-only connection to libvirt away from the supervisor. */
    static void keepFromLibvirt() throws Exception {
        Shell.script("chmod 0 /run/libvirt/libvirt-sock-ro; systemctl restart libvirtd");
    }

    static void letToLibvirt() throws Exception {
        Shell.script("chmod 666 /run/libvirt/libvirt-sock-ro");
    }

    static void signalSupervisor(String signal) throws Exception {
        Shell.run("systemctl", "kill", "--signal=" + signal, "clamd-vproxy");
    }

    static void signalClamd(String signal) throws Exception {
        Shell.run("systemctl", "kill", "--signal=" + signal, "clamav-daemon.service");
    }

    /** How many connections a CID has open to the supervisor, as the host's kernel counts them. */
    static long connections(long cid) throws Exception {
        return Shell.run("ss", "-n", "-H", "--vsock", "state", "established")
                .lines()
                .filter(line -> line.contains(":3400 ") && line.contains(" " + cid + ":"))
                .count();
    }

    /** How many connections clamd has open; the daemon's own PING may be one of them. */
    static long connectionsToClamd() throws Exception {
        return Shell.run("ss", "-n", "-H", "-x", "state", "established")
                .lines()
                .filter(line -> line.contains("/run/clamav/clamd.ctl "))
                .count();
    }

    /** Waits until so many streams, or more, that clamd is receiving have exactly this size. */
    static void awaitSpooled(int streams, long bytes) throws Exception {
        Eventually.holds(
                "%d streams of %d bytes at clamd".formatted(streams, bytes),
                Shell.LIMIT,
                () -> {
                    try (Stream<Path> files = Files.list(Path.of("/tmp"))) {
                        return files.filter(file -> isSpool(file, bytes)).count() >= streams;
                    }
                });
    }

    private static boolean isSpool(Path file, long bytes) {
        return file.getFileName().toString().startsWith("clamav-") && sizeOf(file) == bytes;
    }

    private static long sizeOf(Path file) {
        try {
            return Files.size(file);
        } catch (IOException _) {
            return 0; // ended meanwhile
        }
    }

    /** The section of a Markdown page with this heading. */
    static String section(Path page, String heading) throws IOException {
        String markdown = Files.readString(page);
        int begin = markdown.indexOf("\n## " + heading + "\n");
        if (begin < 0) {
            throw new AssertionError(page + " has no section " + heading);
        }
        int end = markdown.indexOf("\n## ", begin + 1);
        return markdown.substring(begin, end < 0 ? markdown.length() : end);
    }

    static List<String> shellBlocks(String markdown) {
        return SHELL_BLOCK
                .matcher(markdown)
                .results()
                .map((MatchResult block) -> block.group(1))
                .toList();
    }

    /**
     * With the one signature that we make ourselves; Debian's unit waits for a downloaded database.
     */
    private static void startClamd() throws Exception {
        Files.writeString(Path.of("/var/lib/clamav/eicar.ndb"), Eicar.signature());
        Path folder =
                Files.createDirectories(Path.of("/etc/systemd/system/clamav-daemon.service.d"));
        Files.writeString(folder.resolve("database.conf"), "[Unit]\nConditionPathExistsGlob=\n");
        Shell.script("systemctl daemon-reload; systemctl start clamav-daemon");
    }

    @Override
    public void close() {
        log.close();
    }
}
