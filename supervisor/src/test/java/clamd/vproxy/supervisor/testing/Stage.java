package clamd.vproxy.supervisor.testing;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.supervisor.base.json.Json;
import clamd.vproxy.supervisor.connections.listen.HybridTemplate;
import clamd.vproxy.supervisor.connections.listen.SocketOwner;
import clamd.vproxy.supervisor.daemon.ClamdSettings;
import clamd.vproxy.supervisor.daemon.Supervisor;
import clamd.vproxy.supervisor.daemon.SupervisorSettings;
import clamd.vproxy.supervisor.guests.usage.UsageSettings;
import clamd.vproxy.supervisor.reports.audit.AuditSettings;
import clamd.vproxy.supervisor.reports.control.ControlClient;
import clamd.vproxy.supervisor.reports.control.ControlRequest;
import clamd.vproxy.supervisor.reports.control.ControlSettings;
import clamd.vproxy.supervisor.reports.http.HttpSettings;
import clamd.vproxy.supervisor.sources.hook.HookSettings;
import clamd.vproxy.supervisor.sources.policy.PolicySource;
import clamd.vproxy.worker.clamd.ClamdTimes;
import clamd.vproxy.worker.clamd.HealthTimes;
import clamd.vproxy.worker.clamd.SocketEndpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A supervisor in this process with libvirt's test driver, hybrid sockets in a folder of its own
 * and a tap on its session log. Confined to the test's thread.
 */
public final class Stage implements AutoCloseable {
    private static final int PORT = 3400;

    /** A PING of the supervisor's own would come between those of a test that plays clamd. */
    private static final HealthTimes NEVER_ASKED =
            new HealthTimes(
                    Duration.ofDays(1),
                    Duration.ofSeconds(5),
                    Duration.ofDays(1),
                    Duration.ofDays(1));

    private final TemporaryFolder folder;
    private final Supervisor supervisor;
    private final LogTap sessions;

    /**
     * A plan with two guests, {@code a} and {@code b}, and the usual limits.
     *
     * @param clamds the endpoints as an operator writes them
     */
    public static Plan with(Object... clamds) {
        return new Plan(Stream.of(clamds).map(Object::toString).toList());
    }

    private Stage(TemporaryFolder folder, Supervisor supervisor, LogTap sessions) {
        this.folder = folder;
        this.supervisor = supervisor;
        this.sessions = sessions;
    }

    /** What a stage shall be like. Confined to the test's thread. */
    public static final class Plan {
        private final List<String> clamds;
        private HealthTimes healthTimes = NEVER_ASKED;
        private String policy = "{\"version\": 1}";
        private List<TestGuest> guests = List.of(new TestGuest("a", 3), new TestGuest("b", 4));
        private List<String> uris = List.of();
        private int hostMaxConnections = 2000;
        private int hostMaxUploads = 50;
        private int scanSlots = 8;
        private long largestHonestStream = Long.MAX_VALUE;
        private int verdictMemoryEntries;
        private Duration drainLimit = Duration.ofSeconds(30);
        private boolean http;
        private @Nullable Path stateFile;
        private @Nullable AuditSettings audit;

        private Plan(List<String> clamds) {
            this.clamds = clamds;
        }

        /** How the clamds are watched; without this they are not asked, unless they refuse. */
        public Plan healthTimes(HealthTimes times) {
            healthTimes = times;
            return this;
        }

        /** The content of the policy file. */
        public Plan policy(String text) {
            policy = text;
            return this;
        }

        /** A policy file with these defaults, the inside of a JSON object. */
        public Plan defaults(String limits) {
            return policy("{\"version\": 1, \"defaults\": {" + limits + "}}");
        }

        /** What the test driver runs. */
        public Plan guests(TestGuest... all) {
            guests = List.of(all);
            return this;
        }

        /** The connect URIs, in place of guests of our own. */
        public Plan uris(String... connectUris) {
            uris = List.of(connectUris);
            return this;
        }

        /** How many connections all guests may hold together. */
        public Plan hostMaxConnections(int count) {
            hostMaxConnections = count;
            return this;
        }

        /** How many streams may be open at each clamd at once. */
        public Plan hostMaxUploads(int count) {
            hostMaxUploads = count;
            return this;
        }

        /** How many streams each clamd may be scanning at once. */
        public Plan scanSlots(int count) {
            scanSlots = count;
            return this;
        }

        /** The largest stream that clamd really scans. */
        public Plan largestHonestStream(long bytes) {
            largestHonestStream = bytes;
            return this;
        }

        /** How many verdicts are remembered; without this none is. */
        public Plan verdictMemoryEntries(int count) {
            verdictMemoryEntries = count;
            return this;
        }

        /** How long running scans may go on after a stop. */
        public Plan drainLimit(Duration limit) {
            drainLimit = limit;
            return this;
        }

        /** Where what guests use in a day is kept, in place of the stage's own folder. */
        public Plan stateFile(Path file) {
            stateFile = file;
            return this;
        }

        /** With HTTP on a loopback port of its own. */
        public Plan http() {
            http = true;
            return this;
        }

        /** Where infected streams and blocked commands are written. */
        public Plan audit(AuditSettings place) {
            audit = place;
            return this;
        }

        /** Starts the supervisor; its guests' sockets are there when this returns. */
        public Stage start() throws Exception {
            TemporaryFolder folder = TemporaryFolder.create();
            LogTap sessions = LogTap.onSessions();
            try {
                return new Stage(folder, Supervisor.start(settings(folder.path())), sessions);
            } catch (Exception e) {
                sessions.close();
                folder.close();
                throw e;
            }
        }

        private SupervisorSettings settings(Path folder) throws Exception {
            Path policyFile = Files.writeString(folder.resolve("policy.json"), policy);
            String own = node(folder.resolve("node.xml"), guests);
            return new SupervisorSettings(
                    clamds.stream().map(this::clamd).toList(),
                    healthTimes,
                    PolicySource.load(policyFile, Limits.standard()),
                    uris.isEmpty() ? List.of(own) : uris,
                    Optional.of(new HookSettings(folder.resolve("hook"), true)),
                    Optional.of(new ControlSettings(folder.resolve("control"), true)),
                    Optional.of(
                            new UsageSettings(
                                    Optional.ofNullable(stateFile)
                                            .orElse(folder.resolve("usage.json")),
                                    true)),
                    http
                            ? Optional.of(new HttpSettings(InetAddress.getLoopbackAddress(), 0))
                            : Optional.empty(),
                    Optional.ofNullable(audit),
                    OptionalLong.empty(),
                    PORT,
                    Optional.of(new HybridTemplate(folder + "/{name}.sock")),
                    SocketOwner.OURSELVES,
                    hostMaxConnections,
                    Long.MAX_VALUE,
                    verdictMemoryEntries,
                    drainLimit,
                    Map::of);
        }

        private ClamdSettings clamd(String endpoint) {
            return new ClamdSettings(
                    SocketEndpoint.parse(endpoint, System::nanoTime),
                    hostMaxUploads,
                    scanSlots,
                    0,
                    ClamdTimes.standard(),
                    largestHonestStream);
        }
    }

    /** Has the test driver run these, and returns the connect URI. */
    public static String node(Path file, List<TestGuest> guests) throws IOException {
        String content =
                guests.stream()
                        .map(TestGuest::xml)
                        .collect(Collectors.joining("", "<node>", "</node>"));
        return "test://" + Files.writeString(file, content);
    }

    /** Where a guest connects to. */
    public Path socketOf(String guest) {
        return folder.path().resolve(guest + ".sock_" + PORT);
    }

    /** A new connection of this guest. */
    public GuestClient guest(String name) throws IOException {
        return GuestClient.at(socketOf(name));
    }

    /** The folder with everything of this stage. */
    public Path folder() {
        return folder.path();
    }

    /** What the session log says. */
    public LogTap sessions() {
        return sessions;
    }

    /** Where HTTP is served. */
    public URI http(String path) {
        return URI.create("http://127.0.0.1:" + supervisor.httpPort().orElseThrow() + path);
    }

    /** What the supervisor replies to a command on its control socket, read as {@code kind}. */
    public <T> T asks(String command, Class<T> kind) throws Exception {
        ControlClient client =
                new ControlClient(folder.path().resolve("control"), System::nanoTime);
        return Json.read(client.ask(command), kind);
    }

    /** What the supervisor replies to a request, read as {@code kind}. */
    public <T> T asks(ControlRequest request, Class<T> kind) throws Exception {
        return Json.read(line(request), kind);
    }

    /** The line with which the supervisor replies. */
    public String line(ControlRequest request) throws IOException {
        return new ControlClient(folder.path().resolve("control"), System::nanoTime).ask(request);
    }

    /** Stops the supervisor; the stage stays. */
    public void stop() {
        supervisor.close();
    }

    @Override
    public void close() throws IOException {
        supervisor.close();
        sessions.close();
        folder.close();
    }
}
