package clamd.vproxy.supervisor.reports.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import clamd.vproxy.supervisor.testing.LogTap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file, on disks that work and on disks that do not. */
class AuditFileTest {
    @TempDir private Path folder;
    private Path file;
    private final FaultyChannel.Disk disk = new FaultyChannel.Disk();

    @BeforeEach
    void name() {
        file = folder.resolve("audit.log");
    }

    private AuditSettings place(long maxBytes, int keep) {
        return new AuditSettings(file, maxBytes, keep);
    }

    private AuditFile open() throws IOException {
        return AuditFile.open(place(0, 1));
    }

    private static byte[] line(int number) {
        return "{\"line\":%d,\"fill\":\"%s\"}\n"
                .formatted(number, "x".repeat(number % 7))
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static String text(int... numbers) {
        StringBuilder text = new StringBuilder();
        IntStream.of(numbers)
                .forEach(
                        number -> text.append(new String(line(number), StandardCharsets.US_ASCII)));
        return text.toString();
    }

    private static void append(AuditFile to, int... numbers) throws IOException {
        for (int number : numbers) {
            to.append(line(number));
        }
    }

    @Test
    void linesAreAddedToWhatIsThere() throws IOException {
        try (AuditFile first = open()) {
            append(first, 1, 2);
        }
        try (AuditFile second = open()) {
            append(second, 3);
        }
        assertThat(file).hasContent(text(1, 2, 3));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
    }

    @Test
    void whereverAProcessEndsAllLinesButTheLastAreWholeAndTheNextStartRepairsThat()
            throws IOException {
        int total = text(1, 2, 3, 4, 5, 6, 7, 8).length();
        for (int crash = 0; crash < total; crash++) {
            for (Path each : parts()) {
                Files.delete(each);
            }
            int written = writeUntilCrash(crash);

            for (Path part : parts()) {
                assertOnlyTheLastIsTorn(part, crash);
            }
            try (AuditFile next = AuditFile.open(place(60, 9))) {
                append(next, 99);
            }
            List<String> expected = new ArrayList<>();
            IntStream.rangeClosed(1, written).forEach(number -> expected.add(text(number)));
            expected.add(text(99));
            assertThat(allLines()).as("crash after %d bytes", crash).isEqualTo(expected);
        }
    }

    /** Returns how many lines were acknowledged. */
    private int writeUntilCrash(int bytes) throws IOException {
        disk.bytesUntilCrash = bytes;
        AuditFile writing = AuditFile.open(place(60, 9), disk.opener());
        int written = 0;
        try {
            for (int number = 1; number <= 8; number++) {
                append(writing, number);
                written = number;
            }
        } catch (FaultyChannel.Crash _) {
            disk.closeAll();
        }
        assertThat(written).isLessThan(8);
        return written;
    }

    private List<Path> parts() throws IOException {
        try (var names = Files.list(folder)) {
            // the oldest has the highest number, and the newest none
            return names.sorted(Comparator.reverseOrder()).toList();
        }
    }

    private static void assertOnlyTheLastIsTorn(Path part, int crash) throws IOException {
        String text = Files.readString(part);
        String whole = text.substring(0, text.lastIndexOf('\n') + 1);
        assertThat(whole.lines())
                .as("crash after %d bytes", crash)
                .allMatch(AuditFileTest::isWhole);
    }

    private static boolean isWhole(String line) {
        return line.matches("\\{\"line\":\\d+,\"fill\":\"x*\"}");
    }

    private List<String> allLines() throws IOException {
        List<String> lines = new ArrayList<>();
        for (Path part : parts()) {
            Files.readString(part).lines().forEach(line -> lines.add(line + "\n"));
        }
        return lines;
    }

    @Test
    void aTornLineIsCutOffAndTold() throws Exception {
        Files.writeString(file, text(1) + "{\"line\":2,\"fi");
        try (LogTap log = LogTap.on(AuditFile.class.getName());
                AuditFile opened = open()) {
            append(opened, 3);
            assertThat(log.next().message()).contains("not written to its end", "{\"line\":2,\"fi");
        }
        assertThat(file).hasContent(text(1, 3));
    }

    @Test
    void zerosThatAFileSystemLeftAreCutOff() throws IOException {
        Files.writeString(file, text(1) + "\0\0\0\0");
        try (AuditFile opened = open()) {
            append(opened, 2);
        }
        assertThat(file).hasContent(text(1, 2));
    }

    @Test
    void aFileOfSomebodyElseIsNotShortened() throws IOException {
        Files.writeString(file, "no line end");
        assertThatIOException().isThrownBy(this::open).withMessageContaining("is no audit file");
        Files.writeString(file, "{" + "x".repeat(100_000));
        assertThatIOException().isThrownBy(this::open).withMessageContaining("is no audit file");
        assertThat(file).hasSize(100_001);
    }

    @Test
    void whatIsNoFileIsRefused() throws IOException {
        Files.createSymbolicLink(file, folder.resolve("elsewhere"));
        assertThatIOException().isThrownBy(this::open).withMessageContaining("is no file");
        Files.delete(file);
        Files.createDirectory(file);
        assertThatIOException().isThrownBy(this::open).withMessageContaining("is no file");
        assertThatIOException()
                .isThrownBy(() ->
                        AuditFile.open(
                                new AuditSettings(folder.resolve("missing/audit.log"), 0, 1)))
                .withMessageContaining("missing is no folder");
    }

    @Test
    void aFolderInWhichAnybodyCanPutAnotherFileIsRefused() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatIOException()
                .isThrownBy(this::open)
                .withMessage(
                        file
                                + " cannot be trusted: its folder "
                                + folder
                                + " can be written by others than its owner; run: chmod go-w "
                                + folder);
        // as distributions have it for the group of their log daemon
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxr-x"));
        open().close();
    }

    @Test
    void twoDaemonsDoNotShareOne() throws IOException {
        try (AuditFile first = open()) {
            assertThatIOException()
                    .isThrownBy(this::open)
                    .withMessageContaining("written by another daemon");
            append(first, 1);
        }
        try (AuditFile second = open()) {
            append(second, 2);
        }
        assertThat(file).hasContent(text(1, 2));
    }

    @Test
    void aFileThatWouldBecomeTooLargeIsMovedAsideAndSoManyAreKept() throws IOException {
        try (AuditFile rotating = AuditFile.open(place(text(1, 2).length(), 2))) {
            append(rotating, 1, 1, 1, 1, 1, 1, 1, 2);
        }
        assertThat(file).hasContent(text(1, 2));
        assertThat(folder.resolve("audit.log.1")).hasContent(text(1, 1));
        assertThat(folder.resolve("audit.log.2")).hasContent(text(1, 1));
        assertThat(folder.resolve("audit.log.3")).doesNotExist();
    }

    @Test
    void aLineLargerThanTheLimitStillHasItsPlace() throws IOException {
        try (AuditFile rotating = AuditFile.open(place(1, 2))) {
            append(rotating, 1, 2);
        }
        assertThat(file).hasContent(text(2));
        assertThat(folder.resolve("audit.log.1")).hasContent(text(1));
    }

    @Test
    void aFileThatSomebodyMovedAsideIsFollowedByItsName() throws IOException {
        try (AuditFile moving = open()) {
            append(moving, 1);
            Files.move(file, folder.resolve("audit.log-old"));
            append(moving, 2);
            Files.delete(file);
            append(moving, 3);
            // as logrotate's "create" does
            Files.move(file, folder.resolve("audit.log-3"), StandardCopyOption.ATOMIC_MOVE);
            Files.createFile(file);
            append(moving, 4);
        }
        assertThat(folder.resolve("audit.log-old")).hasContent(text(1));
        assertThat(folder.resolve("audit.log-3")).hasContent(text(3));
        assertThat(file).hasContent(text(4));
    }

    @Test
    void aFileThatSomebodyEmptiedIsWrittenFromItsBeginning() throws IOException {
        try (AuditFile emptied = open()) {
            append(emptied, 1);
            Files.writeString(file, "");
            append(emptied, 2);
        }
        assertThat(file).hasContent(text(2));
    }

    @Test
    void aFullDiskTakesNoPartOfALineAndGoesOnWhenThereIsRoom() throws IOException {
        for (int room = 0; room < line(2).length; room++) {
            Files.deleteIfExists(file);
            disk.room = (long) line(1).length + room;
            try (AuditFile filling = AuditFile.open(place(0, 1), disk.opener())) {
                append(filling, 1);
                assertThatIOException().isThrownBy(() -> append(filling, 2));
                assertThat(file).hasContent(text(1));
                disk.room = 1000;
                append(filling, 3);
            }
            assertThat(file).hasContent(text(1, 3));
        }
    }

    @Test
    void whatCannotBeTakenBackAtOnceIsTakenBackBeforeTheNextLine() throws IOException {
        disk.room = line(1).length + 5L;
        disk.truncates = false;
        try (AuditFile filling = AuditFile.open(place(0, 1), disk.opener())) {
            append(filling, 1);
            assertThatIOException().isThrownBy(() -> append(filling, 2));
            assertThatIOException().isThrownBy(() -> append(filling, 2));
            disk.room = 1000;
            assertThatIOException().isThrownBy(() -> append(filling, 2));
            disk.truncates = true;
            append(filling, 3);
        }
        assertThat(file).hasContent(text(1, 3));
    }

    @Test
    void afterAFailedForceTheFileIsOpenedAnew() throws IOException {
        try (AuditFile failing = AuditFile.open(place(0, 1), disk.opener())) {
            append(failing, 1);
            disk.forcing =
                    () -> {
                        throw new IOException("Input/output error");
                    };
            assertThatThrownBy(failing::force).hasMessage("Input/output error");
            disk.forcing = () -> {};
            append(failing, 2);
            failing.force();
        }
        assertThat(file).hasContent(text(1, 2));
    }
}
