package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyLoaderTest {
    @TempDir private Path folder;

    private Path file;

    @BeforeEach
    void writeFile() throws IOException {
        file = folder.resolve("policy.json");
        write("{\"version\": 1, \"rules\": [\n{\"match\": {\"name\": \"a\"}}]}", "rw-r--r--");
    }

    private void write(String text, String mode) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private void assertRefused(Path path, String... lines) {
        assertThatExceptionOfType(PolicyException.class)
                .isThrownBy(() -> PolicyLoader.load(path, Limits.standard()))
                .withMessage(path + String.join("\n" + path, lines));
    }

    @Test
    void aRuleIsNamedWithThePathOfItsFile() throws PolicyException {
        GuestPolicy policy =
                PolicyLoader.load(file, Limits.standard()).resolve(PolicyTexts.guest("a"));
        assertThat(policy.origin().label()).isEqualTo("rules[0]@" + file + ":2");
    }

    @Test
    void linksAreFollowed() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link.json"), file);
        assertThatNoException().isThrownBy(() -> PolicyLoader.load(link, Limits.standard()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-rw-r--", "rw-r--rw-", "rw-rw-rw-", "r--rw-rw-"})
    void aFileThatOthersCanWriteIsRefused(String mode) throws IOException {
        write("{\"version\": 1}", mode);
        assertRefused(file, ": can be written by others than its owner; run: chmod go-w " + file);
    }

    /** A folder with a correct policy file, whose mode is set last. */
    private Path inFolder(String mode) throws IOException {
        Path inside = Files.createDirectory(folder.resolve("folder"));
        Path policy = Files.writeString(inside.resolve("p.json"), "{\"version\": 1}");
        Files.setPosixFilePermissions(policy, PosixFilePermissions.fromString("rw-r--r--"));
        Files.setAttribute(inside, "unix:mode", Integer.parseInt(mode, 8));
        return policy;
    }

    @ParameterizedTest
    @ValueSource(strings = {"777", "775", "757"})
    void aFileInAFolderThatOthersCanWriteIsRefused(String mode) throws IOException {
        Path policy = inFolder(mode);
        Path inside = folder.toAbsolutePath().resolve("folder");
        assertRefused(
                policy,
                ": its folder "
                        + inside
                        + " can be written by others than its owner; run: chmod go-w "
                        + inside);
    }

    @Test
    void inAStickyFolderOthersCannotReplaceOurFile() throws IOException {
        Path policy = inFolder("1777");
        assertThatNoException().isThrownBy(() -> PolicyLoader.load(policy, Limits.standard()));
    }

    @Test
    void theFoldersOfALinkAndOfItsTargetAreJudged() throws IOException {
        Path open = inFolder("777");
        Path safe = Files.createDirectory(folder.resolve("safe"));
        Path toOpen = Files.createSymbolicLink(safe.resolve("link.json"), open);
        assertRefusedBecauseOf(toOpen, "its folder " + open.getParent());

        Path inOpen = Files.createSymbolicLink(open.resolveSibling("link.json"), file);
        assertRefusedBecauseOf(inOpen, "its folder " + open.getParent());

        Path linkedFolder = Files.createSymbolicLink(folder.resolve("other"), open.getParent());
        assertRefusedBecauseOf(linkedFolder.resolve("p.json"), "its folder " + open.getParent());
        assertRefusedBecauseOf(safe.resolve("../folder/p.json"), "its folder " + open.getParent());
    }

    private static void assertRefusedBecauseOf(Path policy, String reason) {
        assertThatExceptionOfType(PolicyException.class)
                .isThrownBy(() -> PolicyLoader.load(policy, Limits.standard()))
                .withMessageContaining(reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r--r--", "r--r--r--", "rw-------", "rwxr-xr-x"})
    void aFileThatOnlyItsOwnerCanWriteIsRead(String mode) throws IOException {
        write("{\"version\": 1}", mode);
        assertThatNoException().isThrownBy(() -> PolicyLoader.load(file, Limits.standard()));
    }

    @Test
    void theModeIsReportedTogetherWithTheProblemsInside() throws IOException {
        write("{}", "rw-rw-r--");
        assertRefused(
                file,
                ": can be written by others than its owner; run: chmod go-w " + file,
                ":1:1: version is missing; write \"version\": 1");
    }

    @Test
    void aForeignOwnerIsRefused() {
        Problems problems = new Problems();
        PolicyLoader.checkOwner(Path.of("/p.json"), 1000, 992, problems);
        assertThatExceptionOfType(PolicyException.class)
                .isThrownBy(() -> problems.throwIfAny("/p.json"))
                .withMessage(
                        "/p.json: belongs to user 1000, neither root nor the user this runs as;"
                                + " run: chown root /p.json");
    }

    @Test
    void rootAndWeOurselvesMayOwnTheFile() {
        Problems problems = new Problems();
        PolicyLoader.checkOwner(file, 0, 992, problems);
        PolicyLoader.checkOwner(file, 992, 992, problems);
        assertThatNoException().isThrownBy(() -> problems.throwIfAny("policy.json"));
    }

    @Test
    void aMissingFileIsNamed() {
        assertRefused(folder.resolve("other.json"), ": cannot be read: there is no such file");
    }

    @Test
    void aFolderIsNoFile() {
        assertRefused(folder, ": is not a regular file");
    }

    @Test
    void anEmptyFileIsNoPolicy() throws IOException {
        write("", "rw-r--r--");
        assertRefused(file, ": the file is empty; the smallest policy file is {\"version\": 1}");
    }

    @Test
    void aHugeFileIsNotReadToItsEnd() throws IOException {
        write(" ".repeat(PolicyParser.LARGEST_FILE + 1), "rw-r--r--");
        assertRefused(file, ": the file has more than 1048576 bytes; split off or merge rules");
    }
}
