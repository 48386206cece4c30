package clamd.vproxy.worker.benchmark;

import clamd.vproxy.worker.testing.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/**
 * Twenty guests scan one tree of files twice, with and without clamd-vproxy, which has verdict
 * memories of several scopes; all scans end at Debian's clamd.
 *
 * <p>Options: {@code --files=2000} in the tree, fewer with {@code --quick}; {@code --rounds=1},
 * each with another tree; {@code --launcher=FILE}; {@code --output=FOLDER}.
 */
public final class ScanStorm {
    private static final int GUESTS = 20;
    private static final String UNCACHED = "direct, DisableCache";
    private static final String CACHED = "direct, clamd's cache";
    private static final String WITHOUT = "clamd-vproxy, no memory";
    private static final String GUEST = "clamd-vproxy, guest scope";
    private static final String TENANT = "clamd-vproxy, tenant scope";

    private Path launcher = Path.of("supervisor/target/clamd-vproxy/bin/clamd-vproxy");
    private Path output = Path.of("proxy-worker/target/scan-storm");
    private int files = 2000;
    private int rounds = 1;

    private final List<StormLane> lanes = new ArrayList<>();
    private final Costs costs = new Costs();

    /** The costs of each contender's parts of each sweep. */
    private static final class Costs {
        private final Grid<Sweep> rates = new Grid<>();
        private final Map<Sweep, Map<String, List<StormLane.Cost>>> parts =
                new EnumMap<>(Sweep.class);

        void add(Sweep sweep, String lane, StormLane.Cost cost) {
            rates.add(sweep, lane, cost.latencies().perSecond());
            parts.computeIfAbsent(sweep, _ -> new LinkedHashMap<>())
                    .computeIfAbsent(lane, _ -> new ArrayList<>())
                    .add(cost);
        }

        StormLane.Cost of(Sweep sweep, String lane) {
            return StormLane.Cost.together(
                    parts.getOrDefault(sweep, Map.of()).getOrDefault(lane, List.of()));
        }

        Spread ratio(Sweep sweep, String over, String under) {
            return rates.ratio(sweep, over, under);
        }
    }

    /** The sweeps, in order: which guests scan which files. */
    private enum Sweep {
        FIRST("first guest", 1, 1, 4),
        LATER("guests 2 to " + GUESTS, 2, GUESTS, 10),
        AGAIN("all guests again", 1, GUESTS, 10);

        private final String label;
        private final int firstGuest;
        private final int lastGuest;
        private final int slices;

        Sweep(String label, int firstGuest, int lastGuest, int slices) {
            this.label = label;
            this.firstGuest = firstGuest;
            this.lastGuest = lastGuest;
            this.slices = slices;
        }

        /**
         * All scans of the sweep in a random order, cut into parts; contenders take turns after
         * each part.
         */
        List<List<StormLane.Scan>> slices(int files, long seed) {
            List<StormLane.Scan> scans = new ArrayList<>();
            for (int guest = firstGuest; guest <= lastGuest; guest++) {
                for (int file = 0; file < files; file++) {
                    scans.add(new StormLane.Scan(guest, file));
                }
            }
            Collections.shuffle(scans, Random.from(Seeds.random(seed)));
            return IntStream.range(0, slices)
                    .mapToObj(i ->
                            scans.subList(
                                    i * scans.size() / slices, (i + 1) * scans.size() / slices))
                    .toList();
        }
    }

    private ScanStorm() {}

    public static void main(String[] arguments) throws IOException {
        ScanStorm storm = new ScanStorm();
        try {
            for (String argument : arguments) {
                storm.set(argument);
            }
        } catch (IllegalArgumentException e) {
            System.err.println("scan-storm: " + e.getMessage());
            System.exit(64);
        }
        storm.run();
    }

    private void set(String argument) {
        String value = argument.substring(argument.indexOf('=') + 1);
        switch (argument.split("=", 2)[0]) {
            case "--quick" -> files = 60;
            case "--files" -> files = Integer.parseInt(value);
            case "--rounds" -> rounds = Integer.parseInt(value);
            case "--launcher" -> launcher = Path.of(value);
            case "--output" -> output = Path.of(value);
            default ->
                    throw new IllegalArgumentException(
                            argument
                                    + " is none of --quick, --files=2000, --rounds=1,"
                                    + " --launcher=FILE, --output=FOLDER");
        }
    }

    private void run() throws IOException {
        Report report = new Report(output);
        Machine machine = new Machine();
        try (Stage uncached = Stage.withRealClamd("DisableCache yes\n");
                Stage cached = Stage.withRealClamd("");
                Stage behindHaproxy = Stage.withRealClamd("");
                ExecutorService threads = Executors.newCachedThreadPool()) {
            lanes.add(new StormLane(UNCACHED, uncached, null, _ -> uncached.clamd()));
            lanes.add(new StormLane(CACHED, cached, null, _ -> cached.clamd()));
            Contender haproxy = behindHaproxy.haproxy();
            lanes.add(
                    new StormLane(
                            "HAProxy, clamd's cache",
                            behindHaproxy,
                            haproxy.program(),
                            _ -> haproxy.socket()));
            lanes.add(daemon(uncached, WITHOUT, "guest", List.of("--verdict-memory-entries=0")));
            lanes.add(daemon(uncached, GUEST, "guest", List.of()));
            lanes.add(daemon(uncached, TENANT, "tenant", List.of()));
            // warms up the JVM and is not counted
            List<StormLane> compiled = lanes.subList(lanes.size() - 3, lanes.size());
            storm(new StormTree(Math.min(files, 100), 0), 0, compiled, new Costs(), threads);
            for (int round = 1; round <= rounds; round++) {
                storm(new StormTree(files, round), round, lanes, costs, threads);
            }
        }
        report.head(machine.description());
        report(report);
        report.write();
        System.out.println(Files.readString(output.resolve("report.md")));
    }

    /** Starts a daemon whose guests are one tenant, with this verdict scope. */
    private StormLane daemon(Stage stage, String name, String scope, List<String> options)
            throws IOException {
        Path place = Files.createDirectories(stage.folder().resolve("host-" + lanes.size()));
        List<String> all = new ArrayList<>(options);
        all.add("--clamd-conf=" + stage.clamdConfiguration());
        Program program =
                stage.keep(
                        Daemon.start(
                                place,
                                launcher.toAbsolutePath(),
                                "",
                                stage.clamd(),
                                GUESTS,
                                GUESTS,
                                """
                                {"version": 1,
                                 "defaults": {"maxStreamSize": "64MiB", "verdictScope": "%s"},
                                 "rules": [{"match": {"name": "*"}, "tenant": "acme"}]}
                                """
                                        .formatted(scope),
                                all));
        stage.awaitAnswer(Daemon.guestSocket(place, GUESTS), program);
        return new StormLane(name, stage, program, guest -> Daemon.guestSocket(place, guest));
    }

    private static void storm(
            StormTree tree, long seed, List<StormLane> lanes, Costs costs, ExecutorService threads)
            throws IOException {
        System.out.println(
                Text.format("%,d files of %,d bytes together …", tree.files(), tree.bytes()));
        for (Sweep sweep : Sweep.values()) {
            for (List<StormLane.Scan> slice : sweep.slices(tree.files(), seed)) {
                for (StormLane lane : lanes) {
                    costs.add(sweep, lane.name(), lane.sweep(tree, slice, threads));
                }
            }
        }
    }

    private void report(Report report) {
        report.title("Scan storm");
        List<List<String>> rows = new ArrayList<>();
        for (Sweep sweep : Sweep.values()) {
            for (StormLane lane : lanes) {
                StormLane.Cost cost = costs.of(sweep, lane.name());
                rows.add(
                        List.of(
                                sweep.label,
                                lane.name(),
                                Text.format("%,.0f", cost.latencies().perSecond()),
                                costs.ratio(sweep, lane.name(), CACHED).text(),
                                Text.format("%.2f", cost.latencies().microseconds(0.5) / 1e3),
                                Text.format("%.1f", cost.latencies().microseconds(0.99) / 1e3),
                                Text.format("%.1f", cost.clamdSeconds()),
                                Text.format("%.1f", cost.ownSeconds())));
            }
        }
        report.table(
                List.of(
                        "sweep",
                        "contender",
                        "scans/s",
                        "/ direct with cache",
                        "p50, ms",
                        "p99, ms",
                        "CPU s of clamd",
                        "CPU s of proxy"),
                rows);
        faster(report, Sweep.LATER, TENANT);
        faster(report, Sweep.AGAIN, GUEST);
        misses(report);
    }

    private void faster(Report report, Sweep sweep, String lane) {
        Spread ratio = costs.ratio(sweep, lane, CACHED);
        report.aim(
                new Aim(
                        lane + ", " + sweep.label,
                        "≥ 10 × " + CACHED,
                        ratio.text(),
                        ratio.median() >= 10));
    }

    private void misses(Report report) {
        double with = costs.of(Sweep.LATER, GUEST).secondsPerScan();
        double without = costs.of(Sweep.LATER, WITHOUT).secondsPerScan();
        report.aim(
                new Aim(
                        GUEST + ", " + Sweep.LATER.label,
                        "CPU time of a miss ≤ 1.03 × without memory",
                        Text.format(
                                "%.3f; scans/s %s",
                                with / without, costs.ratio(Sweep.LATER, GUEST, WITHOUT).text()),
                        with / without <= 1.03));
    }
}
