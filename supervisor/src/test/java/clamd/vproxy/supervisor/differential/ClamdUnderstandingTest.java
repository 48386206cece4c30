package clamd.vproxy.supervisor.differential;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.commands.demo.ClamdProcess;
import clamd.vproxy.supervisor.commands.demo.ClamdSetup;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.LogTap.Line;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.worker.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever a guest sends, what we pass on is to a real clamd the one command that we took it for,
 * and the file that it scans is the file that we took in; what we refuse never reaches it.
 *
 * <p>A guest sends a generated string through the whole daemon to a stand-in that keeps every byte.
 * These bytes are then sent to a real clamd, and what it made of them is read in its reply and in
 * its log, which has each command and, of each file with a detection, hash and length.
 */
@Tag("clamd")
@Timeout(180)
class ClamdUnderstandingTest {
    private static final int STRINGS = 1500;
    private static final int LARGEST_STREAM = 20_000;

    /** No command that we send. */
    private static final String BOUNDARY = "VERSIONCOMMANDS";

    private static final String FOUND = "stream: Marker.UNOFFICIAL FOUND\0";

    /** What became of a string; each must happen often enough, or the strings are too tame. */
    private enum Fate {
        REFUSED,
        BROKEN_OFF,
        ANSWERED,
        SERVED_IN_SESSION,
        SCANNED_CLEAN,
        SCANNED_INFECTED
    }

    private final Map<Fate, Integer> fates = new EnumMap<>(Fate.class);
    private TemporaryFolder folder;
    private ClamdProcess clamd;
    private ClamdLog log;
    private RecordingClamd recorder;
    private Stage stage;

    @BeforeEach
    void start() throws Exception {
        folder = TemporaryFolder.create();
        ClamdSetup setup =
                ClamdSetup.in(folder.path().resolve("c"))
                        .with("LogVerbose", "yes")
                        .with("Debug", "yes")
                        .with("ExtendedDetectionInfo", "yes")
                        .with("DisableCache", "yes");
        clamd = new ClamdProcess(setup, System::nanoTime);
        Files.writeString(
                setup.directory().resolve("signatures").resolve("marker.ndb"),
                "Marker:0:*:%s\n"
                        .formatted(
                                HexFormat.of()
                                        .formatHex(HostileStrings.MARKER.getBytes(US_ASCII))));
        clamd.start(Duration.ofSeconds(60));
        log = new ClamdLog(clamd.log());
        recorder = new RecordingClamd(folder.path().resolve("recorder"));
        stage =
                Stage.with(recorder.socket())
                        .defaults("\"maxStreamSize\": %d".formatted(LARGEST_STREAM))
                        .start();
        List<String> _ = recorder.take();
        ClamdLog.Understood _ = awaitUnderstood(Request.of(""));
    }

    @AfterEach
    void stop() throws Exception {
        // what did not start is null; the rest has to be ended all the same
        try (TemporaryFolder _ = folder;
                ClamdProcess _ = clamd;
                ClamdLog _ = log;
                RecordingClamd _ = recorder;
                Stage _ = stage) {}
    }

    @Test
    void clamdUnderstandsWhatWePassOnAsWhatWeTookItFor() throws Exception {
        for (long seed = 1; seed <= STRINGS; seed++) {
            RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
            byte[] sent = new HostileStrings(random).next();
            try {
                fates.merge(judge(sent, random), 1, Integer::sum);
            } catch (AssertionError | Exception e) {
                throw new AssertionError(
                        "fails with seed %d: %s".formatted(seed, HexFormat.of().formatHex(sent)),
                        e);
            }
        }
        assertThat(fates).hasSize(Fate.values().length);
        assertThat(fates.values()).allMatch(count -> count >= STRINGS / 50);
    }

    private Fate judge(byte[] sent, RandomGenerator random) throws Exception {
        String told = send(sent, random);
        if (isSession(sent)) {
            return judgeSession(told);
        }
        Line session = stage.sessions().next();
        List<String> passedOn = recorder.take();
        assertThat(passedOn).hasSizeLessThanOrEqualTo(1);
        String termination = session.value("termination");
        if (passedOn.isEmpty()) {
            assertThat(termination).isNotEqualTo("completed");
            assertThat(told).endsWith(". ERROR" + terminator(sent));
            return Fate.REFUSED;
        }
        String bytes = passedOn.getFirst();
        Request request = Request.of(bytes);
        assertThat(request.command()).isEqualTo(canonical(session.value("command")));
        assertThat(request.excess()).isZero();
        assertThat(request.complete()).isEqualTo(termination.equals("completed"));
        assertThat(Integer.parseInt(session.value("bytes")))
                .isGreaterThanOrEqualTo(request.content().length());
        assertUnderstood(bytes, request);
        return fate(request);
    }

    private static boolean isSession(byte[] sent) {
        return new String(sent, ISO_8859_1).matches("(?s)(zIDSESSION\0|nIDSESSION\n).*");
    }

    private static String canonical(String command) {
        return command.equals("VERSIONCOMMANDS") ? "VERSION" : command;
    }

    /** Each request has a connection to clamd of its own, if it has one at all. */
    private Fate judgeSession(String told) throws Exception {
        List<String> asked = new ArrayList<>();
        String command = stage.sessions().next().value("command");
        while (!command.equals("IDSESSION")) {
            asked.add(canonical(command));
            command = stage.sessions().next().value("command");
        }
        List<String> passedOn = recorder.take();
        assertThat(passedOn.size()).isLessThanOrEqualTo(asked.size());
        Iterator<String> commands = asked.iterator();
        for (String bytes : passedOn) {
            Request request = Request.of(bytes);
            assertThat(request.excess()).isZero();
            boolean found = false;
            while (!found && commands.hasNext()) {
                found = commands.next().equals(request.command());
            }
            assertThat(found).as("asked for by the guest: %s", request.command()).isTrue();
            assertUnderstood(bytes, request);
        }
        int number = 0;
        for (String reply : told.isEmpty() ? new String[0] : told.split("[\0\n]", 0)) {
            number++;
            assertThat(reply).startsWith(number + ": ");
        }
        return passedOn.isEmpty() ? Fate.REFUSED : Fate.SERVED_IN_SESSION;
    }

    private static Fate fate(Request request) {
        if (!request.complete()) {
            return Fate.BROKEN_OFF;
        }
        if (!request.command().equals("INSTREAM")) {
            return Fate.ANSWERED;
        }
        return isInfected(request) ? Fate.SCANNED_INFECTED : Fate.SCANNED_CLEAN;
    }

    private static boolean isInfected(Request request) {
        return request.content().contains(HostileStrings.MARKER);
    }

    private static char terminator(byte[] sent) {
        return sent[0] == 'z' ? '\0' : '\n';
    }

    /** Sends in some pieces, ends, and gives what came. */
    private String send(byte[] sent, RandomGenerator random) throws IOException {
        try (GuestClient guest = stage.guest("a")) {
            int from = 0;
            while (from < sent.length) {
                int to = random.nextBoolean() ? sent.length : random.nextInt(from, sent.length) + 1;
                guest.says(Arrays.copyOfRange(sent, from, to));
                from = to;
            }
            return guest.halfCloses().hears();
        }
    }

    private void assertUnderstood(String bytes, Request request) throws Exception {
        String reply = ask(bytes);
        ClamdLog.Understood understood = awaitUnderstood(request);
        assertThat(understood.commands()).containsExactly(request.command());
        switch (fate(request)) {
            case ANSWERED ->
                    assertThat(reply)
                            .matches(
                                    request.command().equals("PING")
                                            ? "PONG\0"
                                            : "ClamAV [ -~]+\0");
            case SCANNED_CLEAN -> assertThat(reply).isEqualTo("stream: OK\0");
            case SCANNED_INFECTED -> assertThat(reply).isEqualTo(FOUND);
            default -> assertThat(reply).isEmpty();
        }
        boolean detected = request.complete() && isInfected(request);
        assertThat(understood.found())
                .isEqualTo(detected ? List.of(fingerprint(request)) : List.of());
    }

    private static String fingerprint(Request request) throws Exception {
        byte[] content = request.content().getBytes(ISO_8859_1);
        byte[] md5 = MessageDigest.getInstance("MD5").digest(content);
        return HexFormat.of().formatHex(md5) + ":" + content.length;
    }

    /** What clamd's log says of the last request; another command behind it marks its end. */
    private ClamdLog.Understood awaitUnderstood(Request request) throws Exception {
        String _ = ask("z" + BOUNDARY + '\0');
        boolean scanned = request.complete() && request.command().equals("INSTREAM");
        Eventually.holds(
                "clamd's log has all of it",
                () -> {
                    log.read();
                    return log.has("got command " + BOUNDARY)
                            && (!scanned || log.has("Finished scanthread"));
                });
        ClamdLog.Understood understood = log.take();
        return new ClamdLog.Understood(
                understood.commands().stream().filter(name -> !name.equals(BOUNDARY)).toList(),
                understood.found());
    }

    private String ask(String bytes) throws IOException {
        try (GuestClient client = GuestClient.at(clamd.socket())) {
            return client.says(bytes).halfCloses().hears();
        }
    }
}
