package clamd.vproxy.supervisor.base.sockets;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.testing.TemporaryFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sockets in a folder that somebody else may write to, such as a VMM's. */
@Timeout(120)
class UnixListenerTest {
    private static final int SOCKETS = 500;

    private TemporaryFolder temporary;
    private Path folder;
    private Path victim;
    private Path file;

    @BeforeEach
    void makeFolders() throws Exception {
        temporary = TemporaryFolder.create();
        folder = Files.createDirectory(temporary.path().resolve("vmm"));
        victim = Files.createDirectory(temporary.path().resolve("victim"));
        file = Files.writeString(victim.resolve("s"), "secret");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
        Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
    }

    @AfterEach
    void removeFolders() throws Exception {
        temporary.close();
    }

    private UnixListener listen() throws IOException {
        return UnixListener.listen(
                folder.resolve("sock"), "rw-rw----", 1, UnixListener.Handover.NONE);
    }

    private void assertVictimIsUntouched() throws IOException {
        assertThat(file).hasContent("secret");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("r--------");
        try (Stream<Path> all = Files.list(victim)) {
            assertThat(all).containsExactly(file);
        }
    }

    @Test
    void theSocketHasItsModeAndNothingElseIsLeft() throws Exception {
        try (UnixListener listener = listen()) {
            assertThat(listener.isInPlace()).isTrue();
            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(listener.path())))
                    .isEqualTo("rw-rw----");
            try (Stream<Path> all = Files.list(folder)) {
                assertThat(all).containsExactly(listener.path());
            }
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aLinkInPlaceOfThePrivateFolderIsRemovedAndNotFollowed() throws Exception {
        Files.createSymbolicLink(folder.resolve(".vproxy"), victim);
        listen().close();
        assertVictimIsUntouched();
    }

    @Test
    void aWorkshopThatAnotherDaemonLeftIsTakenOver() throws Exception {
        Path left = Files.createDirectory(folder.resolve(".vproxy"));
        Files.setPosixFilePermissions(left, PosixFilePermissions.fromString("rwx------"));
        Files.createFile(left.resolve("s"));
        listen().close();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void replacingThePrivateFolderByALinkAffectsNoOtherFile() throws Exception {
        AtomicBoolean enough = new AtomicBoolean();
        AtomicInteger swaps = new AtomicInteger();
        Thread attacker = Thread.ofPlatform().start(() -> swap(enough, swaps));
        try {
            for (int socket = 0; socket < SOCKETS; socket++) {
                try {
                    listen().close();
                } catch (IOException _) {
                    // a user who may write to the folder may keep us from it, and nothing else
                }
            }
        } finally {
            enough.set(true);
            attacker.join();
        }
        assertThat(swaps).as("or there was no attack").hasPositiveValue();
        assertVictimIsUntouched();
    }

    /** Replaces the private folder by a link to the victim's folder, again and again. */
    private void swap(AtomicBoolean enough, AtomicInteger swaps) {
        Path privateFolder = folder.resolve(".vproxy");
        Path aside = folder.resolve("aside");
        Path link = folder.resolve("link");
        while (!enough.get()) {
            try {
                if (!Files.isSymbolicLink(privateFolder) && Files.exists(privateFolder)) {
                    Files.createSymbolicLink(link, victim);
                    Files.move(privateFolder, aside);
                    Files.move(link, privateFolder, StandardCopyOption.ATOMIC_MOVE);
                    swaps.incrementAndGet();
                }
            } catch (IOException _) {
                // the other side was faster
            }
            try {
                Files.deleteIfExists(link);
                Files.deleteIfExists(aside.resolve("s"));
                Files.deleteIfExists(aside);
            } catch (IOException _) {
                // it is tried again
            }
        }
    }
}
