package clamd.vproxy.worker.memory;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.clamd.SignatureVersion;
import clamd.vproxy.worker.clamd.conf.ClamdConf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clamd's files reveal about the signatures that it has loaded. */
class LoadedFilesTest {
    private static final SignatureVersion VERSION = version(27500);

    @TempDir Path folder;
    private Path conf;
    private Path database;
    private Path socket;
    private LoadedFiles files;

    /** A clock that starts at the file system's time, which is also the time of the socket. */
    private Instant now = Instant.now();

    private static SignatureVersion version(int number) {
        return SignatureVersion.parse("ClamAV 1.4.6/%d/Sun Nov 22 04:30:45 2026".formatted(number))
                .orElseThrow();
    }

    @BeforeEach
    void start() throws Exception {
        database = Files.createDirectory(folder.resolve("database"));
        signature("daily.cvd", Duration.ofHours(1));
        socket = Files.createFile(folder.resolve("clamd.ctl"));
        conf = folder.resolve("clamd.conf");
        configure("");
        files = new LoadedFiles(socket.toString(), conf, ClamdConf.read(conf), () -> now);
    }

    private void configure(String lines) throws IOException {
        Files.writeString(
                conf,
                "LocalSocket %s%nDatabaseDirectory %s%nSelfCheck 600%n%s"
                        .formatted(socket, database, lines));
    }

    private void signature(String name, Duration age) throws IOException {
        Path file = Files.writeString(database.resolve(name), "of " + now);
        Files.setLastModifiedTime(file, FileTime.from(now.minus(age)));
    }

    @Test
    void signaturesMuchOlderThanClamdsSocketAreLoaded() {
        Optional<Object> first = files.seen(VERSION);

        assertThat(first).isPresent();
        assertThat(files.seen(VERSION)).isEqualTo(first);
    }

    @Test
    void aNewSignatureFileIsUncertainUntilTheVersionChanges() throws Exception {
        Optional<Object> before = files.seen(VERSION);
        signature("third-party.ndb", Duration.ZERO);
        assertThat(files.seen(VERSION)).isEmpty();
        assertThat(files.seen(VERSION)).isEmpty();

        Optional<Object> after = files.seen(version(27501));
        assertThat(after).isPresent().isNotEqualTo(before);
    }

    @Test
    void aNewSignatureFileIsUncertainUntilClamdsSelfCheckMustHaveFoundIt() throws Exception {
        assertThat(files.seen(VERSION)).isPresent();
        signature("third-party.hdb", Duration.ZERO);
        assertThat(files.seen(VERSION)).isEmpty();

        // SelfCheck, and two minutes to load
        now = now.plus(Duration.ofMinutes(10 + 2));
        assertThat(files.seen(VERSION)).isEmpty();
        now = now.plus(Duration.ofSeconds(1));
        assertThat(files.seen(VERSION)).isPresent();
    }

    @Test
    void aNewSignatureFileIsLoadedByAClamdThatWasStartedLongAfterIt() throws Exception {
        assertThat(files.seen(VERSION)).isPresent();
        now = now.minus(Duration.ofMinutes(10));
        signature("third-party.ndb", Duration.ZERO);

        assertThat(files.seen(VERSION)).isPresent();
    }

    @Test
    void aSecondChangeRestartsTheUncertainty() throws Exception {
        assertThat(files.seen(VERSION)).isPresent();
        signature("one.ndb", Duration.ZERO);
        assertThat(files.seen(VERSION)).isEmpty();
        now = now.plus(Duration.ofSeconds(700));
        signature("two.ndb", Duration.ZERO);
        assertThat(files.seen(VERSION)).isEmpty();

        now = now.plus(Duration.ofSeconds(700));
        assertThat(files.seen(VERSION)).isEmpty();
    }

    @Test
    void aFileThatReplacesASignatureFileWithItsSizeAndTimeIsSeen() throws Exception {
        assertThat(files.seen(VERSION)).isPresent();
        Path daily = database.resolve("daily.cvd");
        FileTime modified = Files.getLastModifiedTime(daily);
        byte[] content = Files.readAllBytes(daily);
        Files.delete(daily);
        Files.write(folder.resolve("keeps the inode"), content);
        Files.write(daily, content);
        Files.setLastModifiedTime(daily, modified);

        assertThat(files.seen(VERSION)).isEmpty();
    }

    @Test
    void filesThatAreNoSignaturesChangeNothing() throws Exception {
        Optional<Object> first = files.seen(VERSION);
        Files.writeString(database.resolve("freshclam.dat"), "x");
        Files.writeString(database.resolve(".hidden.ndb"), "x");
        Files.writeString(database.resolve("mirrors"), "x");

        assertThat(files.seen(VERSION)).isEqualTo(first);
    }

    @Test
    void anEditedConfigurationAndANewSocketAreNoticed() throws Exception {
        Optional<Object> first = files.seen(VERSION);
        configure("HeuristicScanPrecedence yes\n");
        Optional<Object> edited = files.seen(VERSION);
        assertThat(edited).isPresent().isNotEqualTo(first);

        Files.delete(socket);
        Files.writeString(folder.resolve("another"), "");
        Files.createFile(socket);
        assertThat(files.seen(VERSION)).isPresent().isNotEqualTo(edited);
    }

    @Test
    void withUnreadableFilesTheSignatureNumberDecides() throws Exception {
        Files.delete(conf);

        assertThat(files.seen(VERSION)).isEqualTo(VERSION.signatures().map(each -> (Object) each));
        SignatureVersion unnumbered = SignatureVersion.parse("ClamAV 1.4.6").orElseThrow();
        assertThat(files.seen(unnumbered)).isEmpty();
    }
}
