package clamd.vproxy.hooks.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real files and a real FIFO, rung by a real shell. */
@Timeout(60)
class RequestFolderTest {
    private static final long NOW = 100_000;

    @TempDir private Path temporary;
    private Path folder;

    @BeforeEach
    void nameFolder() {
        folder = temporary.resolve("run/hook");
    }

    private RequestFolder open() throws IOException {
        return RequestFolder.open(folder, NOW);
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private static int shell(Path in, String script) throws Exception {
        Process process =
                new ProcessBuilder("sh", "-c", script)
                        .directory(in.toFile())
                        .redirectErrorStream(true)
                        .start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private boolean bellHasAReader() throws Exception {
        return shell(folder, "timeout 0.3 sh -c 'exec 3>bell'") == 0;
    }

    private static void assertCannotOpen(Path folder, String message) {
        assertThatThrownBy(() -> RequestFolder.open(folder, NOW))
                .isInstanceOf(IOException.class)
                .hasMessage(message.replace("DIR", folder.toString()));
    }

    @Test
    void theFolderIsMadeForUsAlone() throws Exception {
        try (RequestFolder _ = open()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                    .isEqualTo("rwx------");
            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(folder.resolve("bell"))))
                    .isEqualTo("rw-------");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwxrwx---", "rwx----w-"})
    void aFolderThatOthersMayWriteToIsRefused(String mode) throws Exception {
        Files.createDirectories(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(mode));
        assertCannotOpen(
                folder, "others may write to DIR; chmod it to 700, and look what is in it");
    }

    @Test
    void aFolderOfAnotherUserIsRefused() throws Exception {
        Path foreign = temporary.resolve("foreign");
        Files.createDirectory(foreign);
        int me = (int) Files.getAttribute(foreign, "unix:uid");
        if (me == 0) {
            Files.setAttribute(foreign, "unix:uid", 65_534);
        } else {
            foreign = Path.of("/");
        }
        Object owner = Files.getAttribute(foreign, "unix:uid");
        assertCannotOpen(
                foreign,
                "DIR belongs to the user with number %s, not to ours, %d; chown it"
                        .formatted(owner, me));
    }

    @Test
    void aLinkToAFolderOrAFileIsRefused() throws Exception {
        Path real = Files.createDirectory(temporary.resolve("real"));
        Path link = Files.createSymbolicLink(temporary.resolve("link"), real);
        assertCannotOpen(link, "DIR is no folder; remove it or name another one");
        assertThat(real).isEmptyDirectory();
        assertCannotOpen(
                Files.createFile(temporary.resolve("file")),
                "DIR is no folder; remove it or name another one");
    }

    @Test
    void somethingElseInTheBellsPlaceIsRefusedAndKept() throws Exception {
        Files.createDirectories(folder);
        Path bell = write("bell", "mine");
        assertCannotOpen(folder, bell + " is there already and is no FIFO; remove it");
        assertThat(bell).hasContent("mine");
    }

    @Test
    void twoSupervisorsCannotShareAFolder() throws Exception {
        try (RequestFolder _ = open()) {
            assertCannotOpen(
                    folder, "another supervisor uses DIR/bell; give this one a folder of its own");
            assertThat(bellHasAReader()).isTrue();
        }
        open().close();
    }

    @Test
    void theBellOfADeadSupervisorHasNoReaderAndIsTakenOver() throws Exception {
        RequestFolder dead = open();
        assertThat(bellHasAReader()).isTrue();
        dead.close(); // as the kernel does; the FIFO stays
        assertThat(folder.resolve("bell")).exists();
        assertThat(bellHasAReader()).isFalse();
        try (RequestFolder _ = open()) {
            assertThat(bellHasAReader()).isTrue();
        }
    }

    @Test
    void aBellTakenDownIsGoneAndStillWakes() throws Exception {
        try (RequestFolder spool = open()) {
            spool.takeBellDown();
            assertThat(folder.resolve("bell")).doesNotExist();
            spool.ring();
            spool.awaitRing();
        }
    }

    @Test
    void aShellsRingWakesTheWaitingThread() throws Exception {
        try (RequestFolder spool = open()) {
            CompletableFuture<Void> waiting = awaitRing(spool);
            assertThat(shell(folder, "printf . >bell")).isZero();
            waiting.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void ringingDoesNotWaitForTheWaitingThread() throws Exception {
        try (RequestFolder spool = open()) {
            for (int i = 0; i < 100; i++) {
                CompletableFuture<Void> waiting = awaitRing(spool);
                spool.ring();
                waiting.get(30, TimeUnit.SECONDS);
            }
        }
    }

    private static CompletableFuture<Void> awaitRing(RequestFolder spool) {
        return CompletableFuture.runAsync(() -> {
            try {
                spool.awaitRing();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void whatWasLeftBeforeIsClearedAndNothingElse() throws Exception {
        Files.createDirectories(folder);
        for (String old : new String[] {"9-1.request", "099-2.answer", "99999-3.new"}) {
            write(old, "");
        }
        Path fresh = write("100000-4.request", "written while we took over");
        Path foreign = write("x.request", "");
        Path note = write("README", "");
        Path inner = Files.createDirectory(folder.resolve("8-1.request"));
        Path link = Files.createSymbolicLink(folder.resolve("7-1.answer"), note);
        try (RequestFolder _ = open();
                Stream<Path> left = Files.list(folder)) {
            assertThat(left)
                    .containsExactlyInAnyOrder(
                            fresh, foreign, note, inner, link, folder.resolve("bell"));
        }
    }

    @Test
    void requestsComeInTheOrderOfTheirTimes() throws Exception {
        try (RequestFolder spool = open()) {
            for (String name : new String[] {"1000-7", "999-8", "1000-12", "00001001-1"}) {
                write(name + ".request", name);
            }
            assertThat(spool.pending())
                    .extracting(RequestName::text)
                    .containsExactly("999-8", "1000-12", "1000-7", "00001001-1");
            for (RequestName name : spool.pending()) {
                assertThat(spool.take(name))
                        .hasValueSatisfying(
                                content -> assertThat(content).asString().isEqualTo(name.text()));
            }
            assertThat(spool.pending()).isEmpty();
        }
    }

    @Test
    void whatIsNoRequestIsNoneAndStays() throws Exception {
        try (RequestFolder spool = open()) {
            Path secret = write("README", "");
            Path link = Files.createSymbolicLink(folder.resolve("5-5.request"), secret);
            Path unfinished = write("5-6.new", "");
            Path foreign = write("5-6-7.request", "");
            Path folderLike = Files.createDirectory(folder.resolve("5-8.request"));
            assertThat(shell(folder, "mkfifo 5-9.request")).isZero();
            assertThat(spool.pending()).isEmpty();
            for (Path each : new Path[] {link, unfinished, foreign, folderLike}) {
                assertThat(Files.exists(each, LinkOption.NOFOLLOW_LINKS)).isTrue();
            }
        }
    }

    @Test
    void aRequestThatItsScriptTookBackIsNone() throws Exception {
        try (RequestFolder spool = open()) {
            Path request = write("5-5.request", "");
            RequestName name = spool.pending().getFirst();
            Files.delete(request);
            assertThat(spool.take(name)).isEmpty();
        }
    }

    @Test
    void ofAHugeRequestOnlySoMuchIsReadAsShowsThatItIsTooLarge() throws Exception {
        try (RequestFolder spool = open()) {
            Files.write(folder.resolve("5-5.request"), new byte[HookRequest.MAX_BYTES * 3]);
            assertThat(spool.take(spool.pending().getFirst()))
                    .hasValueSatisfying(
                            content -> assertThat(content).hasSize(HookRequest.MAX_BYTES + 1));
            assertThat(spool.pending()).isEmpty();
        }
    }

    @Test
    void anAnswerIsALineAndIsRemovedOnceItIsOld() throws Exception {
        try (RequestFolder spool = open()) {
            spool.answer(new RequestName("00500-5", 500), HookAnswer.refused("no"));
            Path answer = folder.resolve("00500-5.answer");
            assertThat(answer).hasContent("refused no\n");
            Path abandoned = write("499-1.new", "");
            Path waiting = write("499-2.request", "");
            spool.removeLeftovers(500);
            assertThat(answer).exists();
            assertThat(abandoned).doesNotExist();
            spool.removeLeftovers(501);
            assertThat(answer).doesNotExist();
            assertThat(waiting).exists();
        }
    }

    @Test
    void aFolderThatCannotBeMadeIsAnErrorInWords() throws Exception {
        Files.createFile(temporary.resolve("run"));
        assertThatThrownBy(this::open)
                .hasMessage(temporary.resolve("run") + " is in the way; it is no folder");
    }
}
