package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyFileTest {
    private static final byte[] OLD = bytes("old");
    private static final byte[] NEW = bytes("newer");

    @TempDir private Path temporary;

    private Path folder;
    private Path file;

    @BeforeEach
    void writeFile() throws IOException {
        folder = Files.createDirectory(temporary.resolve("etc"));
        file = Files.write(folder.resolve("policy.json"), OLD);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void assertRefused(Path path, byte[] expected, String message) {
        assertThatExceptionOfType(PolicyException.class)
                .isThrownBy(() -> PolicyFile.replace(path, NEW, expected))
                .withMessage(path + ": " + message);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void theFileIsReplacedAsAWholeAndNothingIsLeftBehind() throws Exception {
        try (FileChannel reader = FileChannel.open(file)) {
            PolicyFile.replace(file, NEW, OLD);
            assertThat(reader.size()).as("an open file stays the old one").isEqualTo(OLD.length);
        }
        assertThat(file).hasBinaryContent(NEW);
        assertThat(names(folder)).containsExactly("policy.json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-------", "rw-r--r--", "rwxr-x---", "rw-rw-rw-"})
    void theModeIsKept(String mode) throws Exception {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        PolicyFile.replace(file, NEW, OLD);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo(mode);
    }

    @Test
    void ownerAndGroupAreKept() throws Exception {
        if (Integer.valueOf(0).equals(Files.getAttribute(file, "unix:uid"))) { // we are root
            Files.setAttribute(file, "unix:uid", 4711);
            Files.setAttribute(file, "unix:gid", 4712);
        }
        Map<String, Object> before = Files.readAttributes(file, "unix:uid,gid,mode");
        PolicyFile.replace(file, NEW, OLD);
        assertThat(Files.readAttributes(file, "unix:uid,gid,mode")).isEqualTo(before);
    }

    @Test
    void anOwnerThatCannotBeKeptIsRefused() throws IOException {
        Map<String, Object> wanted = new HashMap<>(Files.readAttributes(file, "unix:uid,gid,mode"));
        wanted.put("uid", -1); // for chown(2) the owner that changes nothing
        assertThatIOException()
                .isThrownBy(() -> PolicyFile.keepOwnerAndMode(file, wanted))
                .withMessage(
                        "belongs to user -1 and group "
                                + wanted.get("gid")
                                + ", which a new file could not; edit it as its owner or root");
    }

    @Test
    void theFileBehindALinkIsReplacedAndTheLinkStays() throws Exception {
        Path link = Files.createSymbolicLink(temporary.resolve("link.json"), file);
        PolicyFile.replace(link, NEW, OLD);
        assertThat(link).isSymbolicLink();
        assertThat(file).isRegularFile().hasBinaryContent(NEW);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ol", "Old", "old\n", "a whole other file"})
    void aFileThatChangedMeanwhileIsLeftAlone(String meanwhile) throws IOException {
        Files.writeString(file, meanwhile);
        assertRefused(file, OLD, "has changed meanwhile; nothing is written, try again");
        assertThat(file).hasContent(meanwhile);
        assertThat(names(folder)).containsExactly("policy.json");
    }

    @Test
    void aFileThatIsGoneIsNotMadeAgain() throws IOException {
        Files.delete(file);
        assertRefused(file, OLD, "cannot be written: there is no such file");
        assertThat(names(folder)).isEmpty();
    }

    @Test
    void aFileThatAnotherProcessEditsIsLeftAlone() throws IOException {
        try (FileChannel other = FileChannel.open(file, StandardOpenOption.WRITE);
                FileLock _ = other.lock()) {
            assertRefused(
                    file,
                    OLD,
                    "is just being edited by another process; nothing is written, try again");
        }
        assertThat(file).hasBinaryContent(OLD);
    }

    @Test
    void aConfigMapsFileIsLeftToKubernetes() throws IOException {
        Path mount = Files.createDirectory(temporary.resolve("mount"));
        Path data = Files.createDirectory(mount.resolve("..2026_11_23"));
        Files.write(data.resolve("policy.json"), OLD);
        Files.createSymbolicLink(mount.resolve("..data"), Path.of("..2026_11_23"));
        Path inMount =
                Files.createSymbolicLink(
                        mount.resolve("policy.json"), Path.of("..data/policy.json"));
        Path toMount = Files.createSymbolicLink(folder.resolve("linked.json"), inMount);
        for (Path path : List.of(inMount, toMount)) {
            assertRefused(
                    path,
                    OLD,
                    "comes from a Kubernetes ConfigMap, which would undo the change; edit the"
                            + " ConfigMap");
        }
        assertThat(inMount).hasBinaryContent(OLD);
    }

    @Test
    void noEditIsLostAmongManyAtOnce() throws Exception {
        Files.writeString(file, "");
        int writers = 4;
        try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
            Callable<Integer> writer = this::appendOften;
            int written = 0;
            for (Future<Integer> each :
                    threads.invokeAll(Stream.generate(() -> writer).limit(writers).toList())) {
                written += each.get();
            }
            assertThat(written).isPositive();
            assertThat(Files.size(file)).isEqualTo(written);
        }
        assertThat(names(folder)).containsExactly("policy.json");
    }

    /** Appends a byte, again and again; comes back with how often that was said to have worked. */
    private int appendOften() throws IOException {
        int written = 0;
        for (int i = 0; i < 50; i++) {
            byte[] now = Files.readAllBytes(file);
            byte[] longer = Arrays.copyOf(now, now.length + 1);
            PolicyException refusal =
                    catchThrowableOfType(
                            PolicyException.class, () -> PolicyFile.replace(file, longer, now));
            written += refusal == null ? 1 : 0;
        }
        return written;
    }
}
