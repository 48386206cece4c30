package clamd.vproxy.worker.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How fast files pass, and what processor time that takes. */
final class Streaming {
    private static final long BYTES = 256L << 20;

    /** clamdscan sends 8188 bytes at a time. */
    static final List<Integer> CHUNKS = List.of(8 << 10, 64 << 10, 1 << 20, 25 << 20);

    private final Load load;
    private final Pace pace;
    private final Grid<Shape> speeds = new Grid<>();
    private final Map<String, Double> cpuSeconds = new LinkedHashMap<>();
    private final Map<String, Double> mebibytes = new LinkedHashMap<>();

    /** One row of the table. */
    record Shape(int connections, int chunkBytes) {
        String chunk() {
            return chunkBytes < 1 << 20 ? (chunkBytes >> 10) + " KiB" : (chunkBytes >> 20) + " MiB";
        }

        @Override
        public String toString() {
            return connections + " × " + chunk();
        }
    }

    Streaming(Load load, Pace pace) {
        this.load = load;
        this.pace = pace;
    }

    static List<Shape> shapes(List<Integer> chunks) {
        List<Shape> shapes = new ArrayList<>();
        for (int connections : List.of(1, 4)) {
            for (int chunk : chunks) {
                shapes.add(new Shape(connections, chunk));
            }
        }
        return shapes;
    }

    /**
     * Measures all contenders in turn, round by round.
     *
     * @param seconds the time for it in a default run
     * @param fileBytes of each file at most
     */
    void measure(List<Contender> contenders, List<Shape> shapes, double seconds, long fileBytes)
            throws IOException {
        Pace.Rounds rounds = pace.rounds(seconds);
        while (rounds.another()) {
            for (Shape shape : shapes) {
                for (Contender contender : contenders) {
                    measure(contender, shape, fileBytes, rounds.isWarmUp());
                }
            }
        }
    }

    private void measure(Contender contender, Shape shape, long fileBytes, boolean warmUp)
            throws IOException {
        double before = contender.cpuSeconds();
        Load.Streamed streamed =
                load.stream(
                        contender.socket(),
                        shape.connections(),
                        shape.chunkBytes(),
                        (long) pace.scaled(BYTES),
                        fileBytes);
        double used = contender.cpuSeconds() - before;
        if (!warmUp) {
            speeds.add(shape, contender.name(), streamed.mebibytesPerSecond());
            cpuSeconds.merge(contender.name(), used, Double::sum);
            mebibytes.merge(contender.name(), streamed.mebibytes(), Double::sum);
        }
    }

    void report(Report report, List<Contender> contenders, List<String> builds) {
        List<String> columns = new ArrayList<>(List.of("connections × chunk"));
        contenders.forEach(contender -> columns.add(contender.name() + ", MiB/s"));
        List<Pair> pairs = pairs(builds);
        pairs.forEach(pair -> columns.add(pair.over + " / " + pair.under));
        List<List<String>> rows = new ArrayList<>();
        for (Shape shape : speeds.shapes()) {
            List<String> row = new ArrayList<>(List.of(shape.toString()));
            for (Contender contender : contenders) {
                row.add(Text.format("%.0f", speeds.median(shape, contender.name())));
            }
            pairs.forEach(pair -> row.add(speeds.ratio(shape, pair.over, pair.under).text()));
            rows.add(row);
        }
        report.table(columns, rows);
    }

    /** Processor time for what {@link #report} shows. */
    void reportCpu(Report report, List<Contender> contenders) {
        List<List<String>> rows = new ArrayList<>();
        for (Contender contender : contenders) {
            if (contender.program() != null) {
                rows.add(
                        List.of(
                                contender.name(),
                                Text.format("%.2f", cpuPerGibibyte(contender.name()))));
            }
        }
        report.table(List.of("between load and clamd", "CPU seconds per GiB"), rows);
    }

    double cpuPerGibibyte(String contender) {
        return cpuSeconds.getOrDefault(contender, 0.0)
                / (mebibytes.getOrDefault(contender, 0.0) / 1024);
    }

    /** The least of the ratios is what has to reach the aim. */
    void aim(Report report, String where, String build, String other, double wanted) {
        Shape worst =
                speeds.shapes().stream()
                        .min(
                                Comparator.comparingDouble(
                                        shape -> speeds.ratio(shape, build, other).median()))
                        .orElseThrow();
        Spread ratio = speeds.ratio(worst, build, other);
        report.aim(
                new Aim(
                        "streaming, " + where,
                        Text.format("≥ %.1f × %s", wanted, other),
                        "least " + ratio.text() + " at " + worst,
                        ratio.median() >= wanted));
    }

    /** Draws what {@link #report} shows. */
    void plot(Path file, String title, List<Contender> contenders) throws IOException {
        Plot.bars(file, title, "MiB/s", speeds, contenders);
    }

    private record Pair(String over, String under) {}

    private static List<Pair> pairs(List<String> builds) {
        List<Pair> pairs = new ArrayList<>();
        for (String build : builds) {
            pairs.add(new Pair(build, Contender.DIRECT));
            pairs.add(new Pair(build, Contender.RELAY_IN_C));
            pairs.add(new Pair(build, Contender.HAPROXY));
            if (!build.equals(builds.getFirst())) {
                pairs.add(new Pair(build, builds.getFirst()));
            }
        }
        return pairs;
    }
}
