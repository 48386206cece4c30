package clamd.vproxy.supervisor.commands.support;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.commands.Outcome;
import clamd.vproxy.supervisor.testing.Stage;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The archive, of a daemon in this process and of none. */
@Tag("libvirt")
@Timeout(120)
class SupportBundleCommandTest {
    private static final String TOP = "clamd-vproxy-support/";

    private Stage stage;
    private Path file;

    @BeforeEach
    void startDaemon() throws Exception {
        stage = Stage.with("/nonexistent/clamd.sock").start();
        file = stage.folder().resolve("bundle.zip");
    }

    @AfterEach
    void stopDaemon() throws Exception {
        stage.close();
    }

    private Outcome bundle(String... more) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "support-bundle",
                                file.toString(),
                                "--control-socket=" + stage.folder().resolve("control")));
        arguments.addAll(List.of(more));
        return Outcome.of(arguments.toArray(String[]::new));
    }

    private Map<String, String> files() throws Exception {
        Map<String, String> files = new HashMap<>();
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(file))) {
            ZipEntry entry;
            while ((entry = zip.getNextEntry()) != null) {
                assertThat(entry.getName()).startsWith(TOP);
                files.put(
                        entry.getName().substring(TOP.length()),
                        new String(zip.readAllBytes(), UTF_8));
            }
        }
        return files;
    }

    @Test
    void itHasWhatTheDaemonKnowsAndIsForItsOwnerAlone() throws Exception {
        Outcome outcome = bundle();
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).contains("README.txt", "status.json", "threads.txt");
        assertThat(outcome.out()).anyMatch(line -> line.startsWith("Look it over before you send"));
        assertThat(outcome.out().getLast()).isEqualTo(file.toString());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");

        Map<String, String> files = files();
        assertThat(files.get("README.txt")).contains("Look it over").contains("policy.json");
        assertThat(files.get("policy.json")).isEqualTo("{\"version\": 1}");
        assertThat(files.get("threads.txt")).contains("\"watchdog\"").contains("    at java.base");
        assertThat(files.get("jvm.txt")).contains("heap: ");
        assertThat(new ObjectMapper().readTree(files.get("guests.json")).get("guests")).hasSize(2);
        assertThat(files.get("sessions.json")).contains("sessions");
        assertThat(files.get("uname.txt")).startsWith("$ uname -a\nLinux");
        assertThat(files).containsKeys("status.json", "journalctl.txt", "virsh.txt", "clamd.txt");
    }

    @Test
    void forProgramsItsNameIsJson() throws Exception {
        JsonNode report = new ObjectMapper().readTree(String.join("\n", bundle("--json").out()));
        assertThat(report.get("file").textValue()).isEqualTo(file.toString());
        assertThat(report.get("files").size()).isGreaterThan(8);
    }

    @Test
    void withoutADaemonItHasTheRestAndSaysWhatIsMissing() throws Exception {
        stage.stop();
        Outcome outcome = bundle();
        assertThat(outcome.exitCode()).isZero();
        Map<String, String> files = files();
        assertThat(files.get("status.json.missing.txt")).startsWith("there is no ");
        assertThat(files).containsKeys("diagnostics.missing.txt", "uname.txt", "journalctl.txt");
    }

    @Test
    void aFileThatIsThereIsNotOverwritten() throws Exception {
        Files.writeString(file, "precious");
        Outcome outcome = bundle();
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err())
                .containsExactly(
                        "clamd-vproxy support-bundle: "
                                + file
                                + " is there already; name another file");
        assertThat(file).hasContent("precious");
    }
}
