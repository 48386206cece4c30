package clamd.vproxy.worker.benchmark;

import clamd.vproxy.worker.testing.SessionAllocation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** What {@link HotPieces} take by JMH, and what a session allocates. */
final class Micro {
    private Micro() {}

    static void measure(Report report, Pace pace) throws Exception {
        long millis = Math.max(100, (long) pace.scaled(1000));
        Options options =
                new OptionsBuilder()
                        .include(HotPieces.class.getName())
                        .addProfiler(GCProfiler.class)
                        .forks(1)
                        .warmupIterations(3)
                        .warmupTime(TimeValue.milliseconds(millis))
                        .measurementIterations(5)
                        .measurementTime(TimeValue.milliseconds(millis))
                        // as the launcher has it
                        .jvmArgsAppend("-XX:+UseSerialGC", "-Xmx256m")
                        .build();
        Collection<RunResult> results = new Runner(options).run();
        List<List<String>> rows = new ArrayList<>();
        for (RunResult result : results) {
            Result<?> time = result.getPrimaryResult();
            Result<?> garbage = result.getSecondaryResults().get("gc.alloc.rate.norm");
            rows.add(
                    List.of(
                            time.getLabel(),
                            Text.format("%.0f ± %.0f", time.getScore(), time.getScoreError()),
                            garbage == null ? "?" : Text.format("%.0f", garbage.getScore())));
        }
        report.table(List.of("piece", "ns", "bytes allocated"), rows);
        report.paragraph(allocation());
    }

    private static String allocation() throws Exception {
        Path folder = Files.createTempDirectory("bench-");
        try (SessionAllocation allocation = new SessionAllocation(folder)) {
            long warmUp = allocation.ofPing() + allocation.ofStream(8) + allocation.ofStream(8);
            long small = allocation.ofStream(2);
            long large = allocation.ofStream(66);
            return Text.format(
                    "A session allocates %,d bytes for a PING and %,d for a stream of 2 MiB; each"
                            + " further MiB %,d (%,d in the first sessions).",
                    allocation.ofPing(), small, Math.max(0, (large - small) / 64), warmUp);
        } finally {
            Folders.delete(folder);
        }
    }
}
