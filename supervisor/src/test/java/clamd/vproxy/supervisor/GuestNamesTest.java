package clamd.vproxy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.LogTap;
import clamd.vproxy.supervisor.testing.LogTap.Line;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.TestGuest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Domain names are any text that their owner chose; they reach paths, threads and the log. */
@Tag("libvirt")
@Timeout(60)
class GuestNamesTest {
    private static final TestGuest OTHER = new TestGuest("other", 4);

    private static Stage.Plan plan(TestGuest guest) {
        return Stage.with("/nonexistent/clamd.sock").guests(guest, OTHER);
    }

    private static void assertServed(Stage stage, String guest, String nameInLog) throws Exception {
        try (GuestClient client = stage.guest(guest)) {
            assertThat(client.says("zPING\0").hears()).isEqualTo("Scanner not available. ERROR\0");
        }
        assertThat(stage.sessions().next().value("domain")).isEqualTo(nameInLog);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "with space | with space",
                "größe | größe",
                "a&b<c | a&b<c",
                "x\"y | x'y",
                "$(reboot) | $(reboot)",
                "{uuid} | {uuid}",
                "%n{} | %n{}",
                "-rf | -rf",
                "... | ..."
            })
    void anOddNameIsServedAndCannotForgeALogLine(String name, String nameInLog) throws Exception {
        try (Stage stage = plan(new TestGuest(name, 3)).start()) {
            assertServed(stage, name, nameInLog);
        }
    }

    @ParameterizedTest
    @CsvSource({".", ".."})
    void aNameThatIsAFolderMakesNoSocketAnywhereAndTheOtherGuestIsServed(String name)
            throws Exception {
        try (LogTap log = LogTap.on("clamd.vproxy.supervisor");
                Stage stage = plan(new TestGuest(name, 3)).start()) {
            assertServed(stage, "other", "other");
            assertThat(sockets(stage)).containsExactly(".{name}.sock_3400.lock", "other.sock_3400");
            Line complaint = log.find(line -> line.level().equals(Level.WARN));
            assertThat(complaint.message()).contains("the domain's name cannot be part of a path");
        }
    }

    private static List<String> sockets(Stage stage) throws Exception {
        try (Stream<Path> files = Files.list(stage.folder())) {
            return files.map(path -> path.getFileName().toString())
                    .filter(name -> name.contains(".sock"))
                    .toList();
        }
    }

    @Test
    void guestsWithOneCidAreDistinguishedByTheirSockets() throws Exception {
        // a VMM of its own for each guest may give all of them the same CID
        try (Stage stage = plan(new TestGuest("twin", OTHER.cid())).start()) {
            assertServed(stage, "twin", "twin");
            assertServed(stage, "other", "other");
        }
    }
}
