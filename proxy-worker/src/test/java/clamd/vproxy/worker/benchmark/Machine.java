package clamd.vproxy.worker.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.stream.Stream;

/** Says on what the benchmark ran, and how much else ran there meanwhile. */
final class Machine {
    private final long beginNanos = System.nanoTime();
    private final double loadBefore;

    Machine() throws IOException {
        this.loadBefore = loadAverage();
    }

    private static double loadAverage() throws IOException {
        return Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ", -1)[0]);
    }

    /** One paragraph. */
    String description() throws IOException {
        String noise =
                loadBefore > 0.5
                        ? " **The machine was not idle when the run began: take the ratios with their"
                                + " quartiles, and no absolute figure.**"
                        : "";
        return String.format(
                Locale.ROOT,
                "%s: %d × %s, Linux %s, Java %s, in %.0f minutes; load average before: %.1f.%s",
                LocalDate.now(ZoneOffset.UTC),
                Runtime.getRuntime().availableProcessors(),
                processor(),
                System.getProperty("os.version").replaceAll("-.*", ""),
                Runtime.version().feature(),
                (System.nanoTime() - beginNanos) / 60e9,
                loadBefore,
                noise);
    }

    private static String processor() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 2))
                    .findFirst()
                    .orElse("unknown processor");
        }
    }
}
