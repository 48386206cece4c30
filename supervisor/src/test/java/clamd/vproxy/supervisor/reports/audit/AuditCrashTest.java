package clamd.vproxy.supervisor.reports.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that write and are killed. {@code -Daudit.kills=1000} has more of them; the file on a
 * faulty disk in {@link AuditFileTest} ends at every byte.
 */
@Tag("slow")
class AuditCrashTest {
    private static final int KILLS = Integer.getInteger("audit.kills", 5);
    private static final int MOST_LINES = 400;
    private static final int KEPT = 1000;

    @TempDir private Path folder;

    /** Writes detections until it is killed, and says the number of each that is on the disk. */
    static final class Writing {
        private Writing() {}

        public static void main(String[] arguments) throws IOException {
            AuditFile file = AuditFile.open(place(Path.of(arguments[0])));
            OcsfFormat format = new OcsfFormat("1.0");
            for (long number = 1; ; number++) {
                file.append(format.line(Records.detection("web-1", "Eicar"), number, 0));
                file.force();
                System.out.println(number);
            }
        }
    }

    private static AuditSettings place(Path file) {
        return new AuditSettings(file, 20_000, KEPT);
    }

    @Test
    @Timeout(3600)
    void aKilledProcessLeavesAllLinesWholeButTheLastAndLosesNoAcknowledgedOne() throws Exception {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(1);
        for (int kill = 0; kill < KILLS; kill++) {
            Path part = Files.createDirectory(folder.resolve("run-" + kill));
            Path file = part.resolve("audit.log");
            long acknowledged = writeAndKill(file, random.nextInt(MOST_LINES) + 1);

            long whole = 0;
            for (Path each : parts(part)) {
                String text = Files.readString(each);
                List<String> lines = text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
                assertThat(lines).as("%s", each).allMatch(OcsfSchema::isValid);
                whole += lines.size();
            }
            assertThat(whole).as("run %d", kill).isGreaterThanOrEqualTo(acknowledged);
            try (AuditFile next = AuditFile.open(place(file))) {
                next.append(new OcsfFormat("1.0").line(Records.detection("web-2", "Eicar"), 1, 0));
            }
            for (Path each : parts(part)) {
                assertThat(Files.readString(each).lines()).allMatch(OcsfSchema::isValid);
            }
        }
    }

    private static List<Path> parts(Path of) throws IOException {
        try (Stream<Path> parts = Files.list(of)) {
            return parts.toList();
        }
    }

    /** Returns the last number that the process said. */
    private static long writeAndKill(Path file, int lines) throws Exception {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Writing.class.getName(),
                                file.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        long last = 0;
        try (BufferedReader numbers = process.inputReader()) {
            while (last < lines) {
                last = Long.parseLong(numbers.readLine());
            }
            // not by the process itself, which would close what it said
            process.toHandle().destroyForcibly();
            // what it said before it ended counts, too
            for (String line = numbers.readLine(); line != null; line = numbers.readLine()) {
                if (!line.isEmpty()) {
                    last = Math.max(last, Long.parseLong(line));
                }
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        return last;
    }
}
