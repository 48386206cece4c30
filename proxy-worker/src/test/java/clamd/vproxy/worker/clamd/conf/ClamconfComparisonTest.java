package clamd.vproxy.worker.clamd.conf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds our reader against ClamAV's own, which {@code clamconf} (package clamav-daemon) shows. */
@Tag("clamd")
class ClamconfComparisonTest {
    private static final List<String> NAMES =
            List.of(
                    "MaxThreads",
                    "MaxQueue",
                    "StreamMaxLength",
                    "MaxScanSize",
                    "DisableCache",
                    "User",
                    "maxthreads");
    private static final List<String> VALUES =
            List.of(
                    "7",
                    "007",
                    "08",
                    "3M",
                    "2k",
                    "9G",
                    "99999999999G",
                    "0M",
                    "1",
                    "yes",
                    "NO",
                    "on",
                    "a b",
                    "\"5\"");
    private static final List<String> BETWEEN = List.of(" ", "\t", " \t ", "=", " = ", " \"", "  ");
    private static final List<String> ENDS =
            List.of("\n", " \n", "\t\n", "\n\n", " # x\n", "\"\n", "", "\n#c\n");
    private static final List<String> STARTS =
            List.of("", "", " ", "\t", "#", " #", "Example", "\n", "\r\n");

    @TempDir private Path directory;

    @Test
    void ourReaderTakesAndRefusesWhatClamavDoes() throws Exception {
        long seed = RandomGenerator.getDefault().nextLong();
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        int accepted = 0;
        for (int i = 0; i < 60; i++) {
            // mostly well-formed, so that the good paths are met too
            StringBuilder text = new StringBuilder();
            for (int line = random.nextInt(1, 4); line > 0; line--) {
                text.append(random.nextInt(4) == 0 ? pick(STARTS, random) : "")
                        .append(pick(NAMES, random))
                        .append(random.nextInt(4) == 0 ? pick(BETWEEN, random) : " ")
                        .append(pick(VALUES, random))
                        .append(random.nextInt(4) == 0 ? pick(ENDS, random) : "\n");
            }
            accepted += assertSame(text.toString(), "seed " + seed + "\n" + text) ? 1 : 0;
        }
        assertThat(accepted).as("seed " + seed).isBetween(5, 55);
    }

    private static String pick(List<String> from, RandomGenerator random) {
        return from.get(random.nextInt(from.size()));
    }

    /** Returns whether both took the file. */
    private boolean assertSame(String text, String description)
            throws IOException, InterruptedException {
        Path file = Files.writeString(directory.resolve("clamd.conf"), text);
        Optional<Map<String, String>> clamav = clamconf();
        try {
            ClamdConf conf = ClamdConf.read(file);
            assertThat(clamav).as(description).isPresent();
            Map<String, String> values = clamav.get();
            assertThat(values)
                    .as(description)
                    .containsEntry("MaxThreads", Integer.toString(conf.maxThreads()))
                    .containsEntry("MaxQueue", Integer.toString(conf.configuredMaxQueue()))
                    .containsEntry(
                            "StreamMaxLength",
                            Long.toString(conf.streamMaxLength().orElse(Long.MAX_VALUE)))
                    .containsEntry(
                            "MaxScanSize", Long.toString(conf.maxScanSize().orElse(Long.MAX_VALUE)))
                    .containsEntry("DisableCache", conf.disableCache() ? "yes" : "disabled")
                    .containsEntry("User", conf.user().orElse("disabled"));
            return true;
        } catch (ClamdConfException e) {
            assertThat(clamav).as(description + e.getMessage()).isEmpty();
            return false;
        }
    }

    /** The options as clamconf prints them, or empty if it refuses the file. */
    private Optional<Map<String, String>> clamconf() throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder("clamconf", "-c", directory.toString())
                        .redirectErrorStream(true)
                        .start();
        String printed;
        try (var output = process.getInputStream()) {
            printed = new String(output.readAllBytes(), StandardCharsets.UTF_8);
        }
        process.waitFor();
        if (printed.contains("ERROR: ")) {
            return Optional.empty();
        }
        Map<String, String> values = new HashMap<>();
        Matcher option = Pattern.compile("(?m)^(\\w+) (?:= \"(.*)\"|(disabled))$").matcher(printed);
        while (option.find()) {
            values.put(
                    option.group(1), option.group(2) != null ? option.group(2) : option.group(3));
        }
        return Optional.of(values);
    }
}
