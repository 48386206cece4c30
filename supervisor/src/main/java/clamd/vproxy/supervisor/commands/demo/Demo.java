package clamd.vproxy.supervisor.commands.demo;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.PolicyException;
import clamd.vproxy.supervisor.base.threads.SystemClock;
import clamd.vproxy.supervisor.connections.listen.HybridTemplate;
import clamd.vproxy.supervisor.connections.listen.SocketOwner;
import clamd.vproxy.supervisor.daemon.ClamdSettings;
import clamd.vproxy.supervisor.daemon.StartException;
import clamd.vproxy.supervisor.daemon.Supervisor;
import clamd.vproxy.supervisor.daemon.SupervisorSettings;
import clamd.vproxy.supervisor.sources.policy.PolicySource;
import clamd.vproxy.worker.clamd.ClamdTimes;
import clamd.vproxy.worker.clamd.HealthTimes;
import clamd.vproxy.worker.clamd.SocketEndpoint;
import clamd.vproxy.worker.clamd.conf.ClamdConf;
import clamd.vproxy.worker.clamd.conf.ClamdConfException;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A complete installation in one folder: the real clamd, the real libvirt with its in-process test
 * driver and three running domains, the supervisor with a policy file, and for each guest the
 * socket that its VMM would connect to. Needs neither root nor a virtualization host. Thread-safe,
 * guarded by itself.
 */
public final class Demo implements AutoCloseable {
    private static final int PORT = 3400;
    private static final Duration CLAMD_START_LIMIT = Duration.ofMinutes(2);

    private final Path folder;
    private final HybridTemplate template;

    @GuardedBy("this")
    private @Nullable ClamdProcess clamd;

    @GuardedBy("this")
    private @Nullable Supervisor supervisor;

    @GuardedBy("this")
    private boolean closed;

    /**
     * Creates a demo without starting it.
     *
     * @param folder an existing, empty folder with a short path, for all files of the demo
     */
    public Demo(Path folder) {
        this.folder = folder;
        this.template = new HybridTemplate(folder.resolve("{name}") + "/vsock.sock");
    }

    /**
     * Starts everything, unless {@link #close} was called before.
     *
     * @throws IOException if clamd or a file is not available; the message says what to install
     * @throws StartException if the supervisor cannot start
     */
    public synchronized void start() throws IOException, StartException, InterruptedException {
        if (closed) {
            return;
        }
        Path node = DemoNode.writeNode(folder.resolve("node.xml"));
        Path policy = DemoNode.writePolicy(folder.resolve("policy.json"));
        for (DemoNode.Guest guest : DemoNode.GUESTS) {
            Files.createDirectory(folder.resolve(guest.name()));
        }
        ClamdSetup setup = ClamdSetup.in(folder.resolve("clamd")).withMachineSignatures();
        ClamdProcess started =
                new ClamdProcess(setup, SystemClock::nanoTime).start(CLAMD_START_LIMIT);
        clamd = started;
        supervisor = Supervisor.start(settings(started, DemoNode.uri(node), policy, template));
    }

    private static SupervisorSettings settings(
            ClamdProcess clamd, String uri, Path policy, HybridTemplate template)
            throws IOException {
        try {
            PolicySource policies = PolicySource.load(policy, Limits.standard());
            ClamdConf conf = ClamdConf.read(clamd.configuration());
            return new SupervisorSettings(
                    List.of(
                            new ClamdSettings(
                                    SocketEndpoint.parse(
                                            clamd.socket().toString(), SystemClock::nanoTime),
                                    50,
                                    8,
                                    0,
                                    ClamdTimes.of(conf),
                                    conf.largestHonestStream())),
                    HealthTimes.standard(),
                    policies,
                    List.of(uri),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    OptionalLong.empty(),
                    PORT,
                    Optional.of(template),
                    SocketOwner.OURSELVES,
                    2000,
                    Long.MAX_VALUE,
                    0,
                    Duration.ofSeconds(5),
                    Map::of);
        } catch (PolicyException | ClamdConfException e) {
            throw new IOException("a file of the demo is wrong: " + e.getMessage(), e);
        }
    }

    /** The reply to one request of one guest. */
    public record Row(String guest, String request, String reply) {}

    /** Sends the same requests from each guest and returns the replies. */
    public List<Row> tour() throws IOException {
        byte[] clean = "Nothing to see here.\n".getBytes(StandardCharsets.US_ASCII);
        byte[] large = new byte[100 << 10];
        List<Row> rows = new ArrayList<>();
        for (DemoNode.Guest guest : DemoNode.GUESTS) {
            DemoClient client = new DemoClient(socketOf(guest));
            rows.add(new Row(guest.name(), "VERSION", client.command("VERSION")));
            rows.add(new Row(guest.name(), "scan a clean file", client.scan(clean)));
            rows.add(new Row(guest.name(), "scan EICAR", client.scan(Eicar.bytes())));
            rows.add(new Row(guest.name(), "SCAN /etc/shadow", client.command("SCAN /etc/shadow")));
            rows.add(new Row(guest.name(), "scan 100 KiB", client.scan(large)));
        }
        return rows;
    }

    private Path socketOf(DemoNode.Guest guest) {
        return Path.of(template.template().replace("{name}", guest.name()) + "_" + PORT);
    }

    /** Returns instructions for doing by hand what {@link #tour} does, a line each. */
    public List<String> instructions() {
        Path socket = socketOf(DemoNode.WEB);
        return List.of(
                "Each guest's socket is where its VMM would connect to, here that of web-1:",
                "  printf 'zVERSION\\0' | socat -t 5 - UNIX-CONNECT:" + socket,
                "Scan as this guest with the real clamdscan:",
                "  printf 'LocalSocket " + socket + "\\n' > " + folder + "/web-1.conf",
                "  clamdscan --stream --config-file=" + folder + "/web-1.conf README.md");
    }

    /** Stops everything; harmless when repeated. Any thread. */
    @Override
    public synchronized void close() {
        closed = true;
        if (supervisor != null) {
            supervisor.close();
        }
        if (clamd != null) {
            closeClamd(clamd);
        }
        supervisor = null;
        clamd = null;
    }

    private static void closeClamd(ClamdProcess process) {
        try {
            process.close();
        } catch (IOException e) {
            throw new UncheckedIOException("clamd's folder could not be removed", e);
        }
    }
}
