package clamd.vproxy.supervisor.guests.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import clamd.vproxy.supervisor.guests.usage.UsageFile.Restored;
import clamd.vproxy.worker.daily.DailyAmount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The state file on a real file system, with crashes at every point of a write. */
class UsageFileTest {
    private static final LocalDate DATE = LocalDate.parse("2026-03-01");
    private static final UsageState FIRST = state(1);
    private static final UsageState SECOND = state(2);

    @TempDir private Path folder;
    private Path file;
    private Path previous;

    @BeforeEach
    void nameFiles() {
        file = folder.resolve("usage.json");
        previous = folder.resolve("usage.json.previous");
    }

    private static UsageState state(int scans) {
        SortedMap<UUID, DailyAmount> guests = new TreeMap<>();
        guests.put(new UUID(1, 2), new DailyAmount(DATE, 100L * scans, scans));
        guests.put(new UUID(3, 4), new DailyAmount(DATE, 7, 0));
        return new UsageState(Instant.parse("2026-03-01T10:00:00Z"), DATE, guests);
    }

    private void write(UsageState... states) throws IOException {
        try (UsageFile open = UsageFile.open(file)) {
            for (UsageState state : states) {
                open.write(state);
            }
        }
    }

    private Restored read() throws IOException {
        try (UsageFile open = UsageFile.open(file)) {
            return open.read();
        }
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(each -> each.getFileName().toString()).sorted().toList();
        }
    }

    private void assertFirst(Restored restored, String loss) {
        assertThat(restored.state()).contains(FIRST);
        assertThat(restored.loss())
                .hasValueSatisfying(text ->
                        assertThat(text)
                                .startsWith(file + loss)
                                .endsWith(
                                        "; the counts are those of "
                                                + previous
                                                + ", written at 2026-03-01T10:00:00Z, and what was"
                                                + " used since then is not among them"));
    }

    @Test
    void noFileIsAFreshStart() throws Exception {
        assertThat(read().state()).isEmpty();
        assertThat(read().loss()).isEmpty();
    }

    @Test
    void anEmptyFileIsAFreshStart() throws Exception {
        Files.createFile(file);
        assertThat(read().state()).isEmpty();
        assertThat(read().loss()).isEmpty();
        write(FIRST);
        assertThat(read().state()).contains(FIRST);
    }

    @Test
    void aWrittenFileIsReadBackAndIsPrivateToItsOwner() throws Exception {
        write(FIRST, SECOND);
        assertThat(read()).isEqualTo(new Restored(Optional.of(SECOND), Optional.empty()));
        assertThat(names()).containsExactly("usage.json", "usage.json.lock", "usage.json.previous");
        for (String name : names()) {
            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(folder.resolve(name))))
                    .isEqualTo("rw-------");
        }
        assertThat(UsageFormat.read(Files.readAllBytes(previous))).isEqualTo(FIRST);
    }

    @Test
    void aCrashWhileTheNextOneIsWrittenLosesNothing() throws Exception {
        write(FIRST);
        byte[] next = UsageFormat.write(SECOND);
        for (int length = 0; length <= next.length; length++) {
            Files.write(folder.resolve("usage.json.tmp"), Arrays.copyOf(next, length));
            assertThat(read().state()).as("%d bytes", length).contains(FIRST);
            assertThat(read().loss()).isEmpty();
        }
        write(SECOND);
        assertThat(read().state()).contains(SECOND);
        assertThat(names()).doesNotContain("usage.json.tmp");
    }

    @Test
    void aCrashBetweenTheTwoRenamesLeavesThePreviousOne() throws Exception {
        write(FIRST);
        Files.move(file, previous);
        Files.write(folder.resolve("usage.json.tmp"), UsageFormat.write(SECOND));
        assertFirst(read(), " is missing or empty");
        write(SECOND);
        assertThat(read().state()).contains(SECOND);
        assertThat(UsageFormat.read(Files.readAllBytes(previous))).isEqualTo(FIRST);
    }

    @Test
    void cutOffAnywhereTheNewestGivesWayToThePreviousOneAndIsKept() throws Exception {
        write(FIRST, SECOND);
        byte[] whole = Files.readAllBytes(file);
        // without the last newline it is whole as well
        for (int length = 1; length < whole.length - 1; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            Files.write(file, cut);
            assertFirst(read(), " is corrupt, kept as usage.json.corrupt: ");
            assertThat(file).doesNotExist();
            Path kept = folder.resolve("usage.json.corrupt");
            assertThat(Files.readAllBytes(kept)).isEqualTo(cut);
            Files.delete(kept);
        }
        Files.write(file, new byte[0]);
        assertFirst(read(), " is missing or empty");
        Files.write(file, Arrays.copyOf(whole, whole.length - 1));
        assertThat(read().state()).contains(SECOND);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"version\":2}", "\0\0\0\0\0\0\0\0", "no"})
    void whatIsCorruptIsNeverDeletedNorReplaced(String content) throws Exception {
        for (String each : List.of(content, "later", "latest")) {
            Files.writeString(file, each);
            assertThat(read().state()).isEmpty();
        }
        assertThat(folder.resolve("usage.json.corrupt")).hasContent(content);
        assertThat(folder.resolve("usage.json.corrupt-2")).hasContent("later");
        assertThat(folder.resolve("usage.json.corrupt-3")).hasContent("latest");
    }

    @Test
    void withBothCorruptTheCountsBeginAnewAndBothAreKept() throws Exception {
        write(FIRST, SECOND);
        Files.writeString(file, "{");
        Files.writeString(previous, "[1]");
        Restored restored = read();
        assertThat(restored.state()).isEmpty();
        assertThat(restored.loss().orElse(""))
                .contains("usage.json is corrupt, kept as usage.json.corrupt: ")
                .contains("usage.json.previous is corrupt, kept as usage.json.previous.corrupt: ")
                .endsWith("; what guests used today before is not counted")
                .doesNotContain("\n");
        assertThat(folder.resolve("usage.json.corrupt")).hasContent("{");
        assertThat(folder.resolve("usage.json.previous.corrupt")).hasContent("[1]");
        write(SECOND);
        assertThat(read().state()).contains(SECOND);
    }

    @Test
    void aFileThatCannotBeOursIsNotRead() throws Exception {
        byte[] huge = new byte[(32 << 20) + 1];
        Arrays.fill(huge, (byte) ' ');
        Files.write(file, huge);
        assertThat(read().loss().orElse("")).contains("it is larger than 33554432 bytes");
    }

    @Test
    void aFailedWriteLeavesTheLastOne() throws Exception {
        try (UsageFile open = UsageFile.open(file)) {
            open.write(FIRST);
            // what deletes no folder with something in it
            Path inTheWay = Files.createDirectory(folder.resolve("usage.json.tmp"));
            Path inside = Files.createFile(inTheWay.resolve("x"));
            assertThatIOException()
                    .isThrownBy(() -> open.write(SECOND))
                    .withMessageContaining("usage.json.tmp");
            assertThat(open.read().state()).contains(FIRST);
            Files.delete(inside);
            open.write(SECOND);
            assertThat(open.read().state()).contains(SECOND);
        }
    }

    @Test
    void aFolderThatIsMissingOrNoneIsNamed() throws Exception {
        Path missing = folder.resolve("missing");
        assertRefused(
                missing.resolve("usage.json"),
                missing + " is no folder; make it, or name another file with --state-file");
        Path inTheWay = Files.createFile(folder.resolve("file"));
        assertRefused(
                inTheWay.resolve("usage.json"),
                inTheWay + " is no folder; make it, or name another file with --state-file");
    }

    @Test
    void aFolderInWhichAnybodyCanPutAnotherFileIsRefused() throws Exception {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertRefused(
                file,
                file
                        + " cannot be trusted: its folder "
                        + folder
                        + " can be written by others than its owner; run: chmod go-w "
                        + folder);
    }

    @ParameterizedTest
    @ValueSource(strings = {"usage.json", "usage.json.previous", "usage.json.lock"})
    void whatIsNoFileIsNotTouched(String name) throws Exception {
        Path inTheWay = Files.createDirectory(folder.resolve(name));
        String refusal = inTheWay + " is no file; remove it, or name another one with --state-file";
        assertRefused(file, refusal);
        Files.delete(inTheWay);
        Path target = Files.createFile(folder.resolve("target"));
        Files.createSymbolicLink(inTheWay, target);
        assertRefused(file, refusal);
        assertThat(inTheWay).isSymbolicLink();
    }

    @Test
    void twoDaemonsDoNotShareAFile() throws Exception {
        try (UsageFile _ = UsageFile.open(file)) {
            assertRefused(
                    file,
                    file
                            + " is kept by another daemon; stop it, or name another file with"
                            + " --state-file");
        }
        write(FIRST);
    }

    private static void assertRefused(Path path, String message) {
        assertThatIOException().isThrownBy(() -> UsageFile.open(path)).withMessage(message);
    }
}
