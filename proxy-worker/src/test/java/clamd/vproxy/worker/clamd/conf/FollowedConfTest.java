package clamd.vproxy.worker.clamd.conf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FollowedConfTest {
    private static final long MEGA = 1 << 20;

    @TempDir private Path folder;
    private final List<Long> changes = new ArrayList<>();
    private Path file;
    private FollowedConf followed;

    @BeforeEach
    void follow() throws Exception {
        file = folder.resolve("clamd.conf");
        edit("MaxFileSize 25M\n");
        followed =
                new FollowedConf(
                        "127.0.0.1:3310",
                        file,
                        ClamdConf.read(file),
                        conf -> changes.add(conf.largestHonestStream()));
    }

    private void edit(String text) throws IOException {
        Files.writeString(file, text);
    }

    @Test
    void aLowerBoundCountsForTheNextStream() throws Exception {
        assertThat(followed.largestHonestStream()).isEqualTo(25 * MEGA);
        edit("MaxFileSize 1M\n");
        assertThat(followed.largestHonestStream()).isEqualTo(MEGA);
        assertThat(changes).containsExactly(MEGA);
    }

    @Test
    void anEditThatKeepsSizeAndTimeIsSeen() throws Exception {
        assertThat(followed.largestHonestStream()).isEqualTo(25 * MEGA);
        FileTime time = Files.getLastModifiedTime(file);
        edit("MaxFileSize 10M\n");
        Files.setLastModifiedTime(file, time);
        assertThat(followed.largestHonestStream()).isEqualTo(10 * MEGA);
    }

    @Test
    void aHigherBoundCountsOnceClamdWasAwayAfterTheEdit() throws Exception {
        edit("MaxFileSize 50M\n");
        assertThat(followed.largestHonestStream()).isEqualTo(25 * MEGA);
        followed.answered(Optional.empty());
        assertThat(followed.largestHonestStream()).isEqualTo(25 * MEGA);
        followed.answered(Optional.of(Instant.now().plusSeconds(1)));
        assertThat(followed.largestHonestStream()).isEqualTo(50 * MEGA);
        assertThat(changes).containsExactly(50 * MEGA);
    }

    /** clamd reads its file first, then its database: an edit meanwhile is not in force. */
    @Test
    void anEditWhileClamdStartsRaisesNothing() throws Exception {
        Instant away = Instant.now().minusSeconds(1);
        edit("MaxFileSize 50M\n");
        followed.answered(Optional.of(away));
        assertThat(followed.largestHonestStream()).isEqualTo(25 * MEGA);
    }

    @Test
    void aFileThatIsMissingOrWrongChangesNothing() throws Exception {
        Path away = folder.resolve("away");
        Files.move(file, away);
        assertThat(followed.largestHonestStream()).isEqualTo(25 * MEGA);
        edit("MaxFileSize many\n");
        assertThat(followed.largestHonestStream()).isEqualTo(25 * MEGA);
        edit("MaxFileSize 2M\n");
        Files.move(file, away, StandardCopyOption.REPLACE_EXISTING);
        Files.move(away, file);
        assertThat(followed.largestHonestStream()).isEqualTo(2 * MEGA);
    }
}
