package clamd.vproxy.supervisor.soak;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.supervisor.connections.dispatch.EndedSession;
import clamd.vproxy.supervisor.connections.dispatch.SessionObserver;
import clamd.vproxy.supervisor.connections.listen.HybridTemplate;
import clamd.vproxy.supervisor.connections.listen.SocketOwner;
import clamd.vproxy.supervisor.daemon.ClamdSettings;
import clamd.vproxy.supervisor.daemon.Supervisor;
import clamd.vproxy.supervisor.daemon.SupervisorSettings;
import clamd.vproxy.supervisor.guests.usage.UsageSettings;
import clamd.vproxy.supervisor.reports.control.ControlSettings;
import clamd.vproxy.supervisor.reports.log.LogOutput;
import clamd.vproxy.supervisor.sources.libvirt.TestHypervisor;
import clamd.vproxy.supervisor.sources.policy.PolicySource;
import clamd.vproxy.supervisor.testing.TestGuest;
import clamd.vproxy.worker.clamd.ClamdTimes;
import clamd.vproxy.worker.clamd.HealthTimes;
import clamd.vproxy.worker.clamd.SocketEndpoint;
import clamd.vproxy.worker.session.SessionResult;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.libvirt.Domain;

/**
 * The daemon with all its parts, in a process of its own. It has guests begin and end as its
 * standard input says, {@code start NAME CID} and {@code stop NAME}, and writes each session's
 * result to its standard output: {@code NUMBER GUEST COMMAND TERMINATION VERDICT}.
 */
public final class SoakDaemon {
    static final int PORT = 3400;

    /** A clamd that is back is seen at once, as there is no time to lose. */
    private static final HealthTimes QUICK =
            new HealthTimes(
                    Duration.ofMillis(500),
                    Duration.ofSeconds(5),
                    Duration.ofMillis(20),
                    Duration.ofMillis(50));

    private SoakDaemon() {}

    /** Runs until its input ends; the argument is the folder of everything. */
    public static void main(String[] arguments) throws Exception {
        LogOutput.install();
        Path folder = Path.of(arguments[0]);
        try (TestHypervisor hypervisor = new TestHypervisor();
                ResultWriter results = new ResultWriter();
                Supervisor _ = Supervisor.start(settings(folder), results);
                BufferedReader orders =
                        new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
            results.line("ready");
            for (String line = orders.readLine(); line != null; line = orders.readLine()) {
                String[] words = line.split(" ", -1);
                if (words[0].equals("start")) {
                    hypervisor.createTransient(
                            new TestGuest(words[1], Long.parseLong(words[2])).xml());
                } else {
                    hypervisor.with(words[1], Domain::destroy);
                }
            }
        }
        Runtime.getRuntime().halt(0);
    }

    private static SupervisorSettings settings(Path folder) throws Exception {
        return new SupervisorSettings(
                List.of(
                        new ClamdSettings(
                                SocketEndpoint.parse(folder + "/c", System::nanoTime),
                                50,
                                8,
                                0,
                                ClamdTimes.standard(),
                                Long.MAX_VALUE)),
                QUICK,
                PolicySource.load(folder.resolve("policy.json"), Limits.standard()),
                List.of(TestHypervisor.URI),
                Optional.empty(),
                Optional.of(new ControlSettings(folder.resolve("control"), true)),
                Optional.of(new UsageSettings(folder.resolve("usage.json"), true)),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                PORT,
                Optional.of(new HybridTemplate(folder + "/{name}")),
                SocketOwner.OURSELVES,
                2000,
                Long.MAX_VALUE,
                0,
                Duration.ofSeconds(10),
                Map::of);
    }

    /** Writes a line for each session. Thread-safe, guarded by itself. */
    private static final class ResultWriter implements SessionObserver, AutoCloseable {
        private final OutputStream out =
                new BufferedOutputStream(new FileOutputStream(FileDescriptor.out));

        @Override
        public void ended(EndedSession session) {
            SessionResult result = session.result();
            line(
                    "%d %s %s %s %s"
                            .formatted(
                                    result.session(),
                                    session.guest().name(),
                                    result.commandText().isEmpty() ? "-" : result.commandText(),
                                    result.termination(),
                                    result.verdict()));
        }

        @Override
        public void endedOfNoGuest(long cid, SessionResult result) {
            line(
                    "%d - - %s %s"
                            .formatted(result.session(), result.termination(), result.verdict()));
        }

        synchronized void line(String text) {
            try {
                out.write((text + "\n").getBytes(US_ASCII));
                out.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}
