package clamd.vproxy.supervisor.reports.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFormatTest {
    @TempDir private Path folder;

    @Test
    void theJournalsFormatIsUsedOnlyWhereJournaldReads() throws Exception {
        Path stream = Files.createFile(folder.resolve("stream"));
        Path link = Files.createSymbolicLink(folder.resolve("2"), stream);
        Map<String, Object> known = Files.readAttributes(stream, "unix:dev,ino");
        String name = known.get("dev") + ":" + known.get("ino");

        assertThat(LogFormat.fitting(Optional.of(name), link)).isEqualTo(LogFormat.JOURNAL);
        assertThat(LogFormat.fitting(Optional.of(name + "1"), link)).isEqualTo(LogFormat.TEXT);
        assertThat(LogFormat.fitting(Optional.of(""), link)).isEqualTo(LogFormat.TEXT);
        assertThat(LogFormat.fitting(Optional.empty(), link)).isEqualTo(LogFormat.TEXT);
        assertThat(LogFormat.fitting(Optional.of(name), folder.resolve("none")))
                .isEqualTo(LogFormat.TEXT);
    }
}
