package clamd.vproxy.supervisor.kubernetes;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.supervisor.testing.Web;
import clamd.vproxy.worker.testing.Eventually;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * New signatures on their way from a mirror to a guest's verdict: the DaemonSet's own commands and
 * configuration, with a real freshclam and a real clamd, and a mirror on loopback.
 */
@Tag("libvirt")
@Timeout(240)
class SignatureUpdateTest {
    private static final String SAMPLE = "a new kind of malware";
    private static final Pattern SIGNATURE_METRIC =
            Pattern.compile("(?m)^clamd_vproxy_clamd_signature_version\\{[^}]*} (.*)$");
    private static final Instant FIRST = Instant.parse("2026-01-01T00:00:00Z");

    private TemporaryFolder folder;
    private SignatureMirror mirror;
    private PodFolder pod;
    private final List<Process> started = new ArrayList<>();

    @BeforeEach
    void makeThePod() throws Exception {
        folder = TemporaryFolder.create();
        mirror = new SignatureMirror();
        pod = PodFolder.create(folder.path(), mirror.url());
    }

    @AfterEach
    void endAll() throws Exception {
        for (Process each : started) {
            each.descendants().forEach(ProcessHandle::destroy);
            each.destroy();
            if (!each.waitFor(10, TimeUnit.SECONDS)) {
                each.destroyForcibly().waitFor();
            }
        }
        mirror.close();
        folder.close();
    }

    @Test
    void whatTheMirrorPublishesReachesAGuestsVerdict() throws Exception {
        publish(27500, FIRST, List.of("something else"));
        assertThat(prepare()).as(log("signatures")).isZero();
        start("clamd", pod.command("clamd"));
        Eventually.holds("clamd listens", () -> Files.exists(pod.clamdSocket()));
        try (Stage stage = Stage.with(pod.clamdSocket()).http().start()) {
            assertThat(version(stage)).matches("ClamAV [^/]+/27500/.*");
            assertThat(scan(stage)).isEqualTo("stream: OK\0");
            Eventually.holds("the metric", () -> signatureMetric(stage).equals("27500.0"));

            // freshclam takes what is newer than the time at which it got the last one
            publish(27501, Instant.now().plusSeconds(60), List.of("something else", SAMPLE));
            startFreshclam();
            // it must have read the file before the edit
            Eventually.holds("freshclam waits", this::sleeps);
            pod.configureFreshclam(pod.freshclamConf() + "# edited\n");

            Eventually.holds("new signatures", () -> version(stage).contains("/27501/"));
            assertThat(scan(stage)).isEqualTo("stream: Listed.Test.UNOFFICIAL FOUND\0");
            assertThat(log("freshclam")).contains("Clamd successfully notified about the update.");
            // the daemon asks once a minute
            Eventually.holds(
                    "the metric of the new signatures",
                    Duration.ofMinutes(2),
                    () -> signatureMetric(stage).equals("27501.0"));
        }
    }

    /** A 50th of a day is three seconds here, and a quarter 36, longer than is waited. */
    @Test
    void freshclamUpdatesAsOftenADayAsItsConfigurationSays() throws Exception {
        publish(27500, FIRST, List.of("something else"));
        assertThat(prepare()).as(log("signatures")).isZero();
        pod.configureFreshclam(pod.freshclamConf().replace("Checks 4", "Checks 50"));
        publish(27501, Instant.now().plusSeconds(60), List.of("something else", SAMPLE));
        startFreshclam();
        Eventually.holds("an update", () -> log("freshclam").contains(" updated (version: "));
    }

    @Test
    void thePodStartsWithTheImagesSignaturesWhileTheMirrorIsAway() throws Exception {
        pod.configureFreshclam(pod.freshclamConf().replaceAll("(?m)^ExcludeDatabase .*", ""));
        byte[] old = SignatureFile.daily(27000, FIRST.getEpochSecond(), List.of(SAMPLE));
        Files.write(pod.image().resolve("daily.cvd"), old);
        assertThat(prepare()).as(log("signatures")).isZero();
        assertThat(Files.readAllBytes(pod.signatures().resolve("daily.cvd"))).isEqualTo(old);
        assertThat(log("signatures")).contains("freshclam failed; what there is instead:");
    }

    @Test
    void thePodDoesNotStartWithoutAnySignatures() throws Exception {
        assertThat(prepare()).isNotZero();
    }

    private void publish(int version, Instant at, List<String> infected) throws IOException {
        mirror.publish(SignatureFile.daily(version, at.getEpochSecond(), infected), at);
    }

    private int prepare() throws Exception {
        start("signatures", pod.command("signatures"));
        return started.getLast().waitFor();
    }

    private void start(String name, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().merge("PATH", ":/usr/sbin", String::concat);
        File log = folder.path().resolve(name + ".log").toFile();
        started.add(builder.redirectErrorStream(true).redirectOutput(log).start());
    }

    /** A minute of the pod is a tenth of a second here. */
    private void startFreshclam() throws IOException {
        List<String> command =
                pod.command("freshclam").stream()
                        .map(word -> word.replace("sleep 60", "sleep 0.1"))
                        .toList();
        start("freshclam", command);
    }

    private boolean sleeps() {
        return started.getLast()
                .children()
                .anyMatch(each -> each.info().command().orElse("").endsWith("/sleep"));
    }

    private String log(String name) throws IOException {
        Path log = folder.path().resolve(name + ".log");
        return Files.exists(log) ? Files.readString(log) : "";
    }

    private static String version(Stage stage) throws IOException {
        try (GuestClient guest = stage.guest("a")) {
            return guest.says("zVERSION\0").hears();
        }
    }

    private static String signatureMetric(Stage stage) throws IOException {
        Matcher metric = SIGNATURE_METRIC.matcher(Web.get(stage.http("/metrics")).body());
        return metric.find() ? metric.group(1) : "";
    }

    private static String scan(Stage stage) throws IOException {
        try (GuestClient guest = stage.guest("a")) {
            return guest.streams(SAMPLE.getBytes(US_ASCII)).hears();
        }
    }
}
