package clamd.vproxy.worker.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Attacks one guest of a built daemon by others, with Debian's clamd behind it, and reports what
 * the attacked guest noticed: its rate, its times, scans that were refused or wrong, and detections
 * that are missing in the log.
 *
 * <p>Options: {@code --build=NAME:LAUNCHER}, once or more; {@code --seconds=10} for each attack;
 * {@code --only=ATTACK,…}; {@code --output=FOLDER}; {@code --check} ends with 1 if a scan was
 * refused or wrong or a detection is missing.
 */
public final class HostileTenants {
    private static final Path STANDARD = Path.of("supervisor/target/clamd-vproxy/bin/clamd-vproxy");
    private static final int ALONE = 4;
    private static final int LOG_SECONDS = 10;

    /** Small enough for three guests to fill, as a busy host's would be. */
    private static final List<String> OPTIONS =
            List.of("--scan-slots=4", "--host-max-connections=64", "--host-max-spool-size=32MiB");

    private static final String POLICY =
            """
            {"version": 1, "defaults": {"maxConnections": 30, "maxStreamSize": "8MiB",
              "maxChunkSize": "8MiB"}}
            """;

    private final Map<String, Path> builds = new LinkedHashMap<>();
    private final List<Attack> attacks = new ArrayList<>(List.of(Attack.values()));
    private final Grid<Attack> slowest = new Grid<>();
    private final List<List<String>> rows = new ArrayList<>();
    private Path output = Path.of("proxy-worker/target/hostile-tenants");
    private double seconds = 10;
    private boolean check;
    private int harmed;

    private HostileTenants() {}

    public static void main(String[] arguments) throws IOException {
        HostileTenants suite = new HostileTenants();
        try {
            for (String argument : arguments) {
                suite.set(argument);
            }
        } catch (IllegalArgumentException e) {
            System.err.println("hostile-tenants: " + e.getMessage());
            System.exit(64);
        }
        suite.run();
        System.exit(suite.check && suite.harmed > 0 ? 1 : 0);
    }

    private void set(String argument) {
        String value = argument.substring(argument.indexOf('=') + 1);
        switch (argument.split("=", 2)[0]) {
            case "--build" -> {
                String[] named = value.split(":", 2);
                builds.put(named[0], Path.of(named[named.length - 1]).toAbsolutePath());
            }
            case "--seconds" -> seconds = Double.parseDouble(value);
            case "--output" -> output = Path.of(value);
            case "--check" -> check = true;
            case "--only" -> {
                attacks.clear();
                Stream.concat(Stream.of("NONE"), Arrays.stream(value.split(",", -1)))
                        .map(Attack::valueOf)
                        .forEach(attacks::add);
            }
            default ->
                    throw new IllegalArgumentException(
                            argument
                                    + " is none of --build=NAME:LAUNCHER, --seconds=10,"
                                    + " --only=ATTACK,…, --output=FOLDER, --check; attacks are "
                                    + List.of(Attack.values()).stream().map(Enum::name).toList());
        }
    }

    private void run() throws IOException {
        if (builds.isEmpty()) {
            builds.put(Contender.VPROXY, STANDARD.toAbsolutePath());
        }
        Report report = new Report(output);
        Machine machine = new Machine();
        List<Contender> contenders = new ArrayList<>();
        for (Map.Entry<String, Path> build : builds.entrySet()) {
            measure(build.getKey(), build.getValue());
            contenders.add(new Contender(build.getKey(), build.getValue(), null));
        }
        report.head(machine.description());
        report.title("One guest under attack");
        report.table(
                List.of(
                        "build",
                        "attack",
                        "scans/s",
                        "p50, ms",
                        "p99, ms",
                        "slowest, ms",
                        "refused",
                        "wrong",
                        "detections lost",
                        "log lines/s"),
                rows);
        report.write();
        Plot.bars(
                output.resolve("slowest"),
                "Slowest scan of the attacked guest",
                "ms",
                slowest,
                contenders);
        System.out.println(Files.readString(output.resolve("report.md")));
    }

    private void measure(String name, Path launcher) throws IOException {
        try (Stage stage = Stage.withRealClamd()) {
            Path place = Files.createDirectories(stage.folder().resolve("host"));
            Program daemon =
                    stage.keep(
                            Daemon.start(
                                    place,
                                    launcher,
                                    "",
                                    stage.clamd(),
                                    ALONE + Attack.CROWD,
                                    ALONE,
                                    POLICY,
                                    Stream.concat(
                                                    OPTIONS.stream(),
                                                    Stream.of(
                                                            "--clamd-conf="
                                                                    + stage.clamdConfiguration()))
                                            .toList()));
            Path log = Daemon.log(place);
            stage.awaitAnswer(Daemon.guestSocket(place, 1), daemon);
            Victim victim = new Victim(Daemon.guestSocket(place, 1));
            Victim.Scans _ = victim.scanFor(Math.min(3, seconds));
            for (Attack attack : attacks) {
                measure(name, attack, place, victim, log);
                stage.awaitIdleClamd();
            }
        }
    }

    private void measure(String build, Attack attack, Path place, Victim victim, Path log)
            throws IOException {
        long detected = detections(log);
        long lines = lines(log);
        AtomicBoolean goOn = new AtomicBoolean(true);
        ExecutorService attackers = Executors.newCachedThreadPool();
        int first = attack.guests() < ALONE ? 2 : ALONE + 1;
        for (int guest = 0; guest < attack.guests(); guest++) {
            Path socket = Daemon.guestSocket(place, first + guest);
            for (int thread = 0; thread < attack.threads(); thread++) {
                attackers.execute(() -> attack(attack, socket, goOn));
            }
        }
        LockSupport.parkNanos(attack == Attack.NONE ? 0 : 1_000_000_000);
        Victim.Scans scans = victim.scanFor(seconds);
        goOn.set(false);
        attackers.shutdownNow();
        double logged = (lines(log) - lines) / (seconds + 1);
        long lost = scans.found() - awaitDetections(log, detected, scans.found());
        harmed += scans.refused() + scans.wrong() + Math.toIntExact(Math.max(0, lost));
        Latencies times = scans.latencies();
        slowest.add(attack, build, times.microseconds(1) / 1e3);
        rows.add(
                List.of(
                        build,
                        attack.toString(),
                        Text.format("%.1f", times.perSecond()),
                        Text.format("%.1f", times.microseconds(0.5) / 1e3),
                        Text.format("%.0f", times.microseconds(0.99) / 1e3),
                        Text.format("%.0f", times.microseconds(1) / 1e3),
                        scans.refused() + " of " + scans.count(),
                        Integer.toString(scans.wrong()),
                        lost + " of " + scans.found(),
                        Text.format("%.0f", logged)));
        System.out.println(rows.getLast());
        if (scans.refused() > 0) {
            System.out.println("the last refusal: " + scans.refusal().strip());
        }
        await(attackers);
    }

    private static void attack(Attack attack, Path socket, AtomicBoolean goOn) {
        while (goOn.get()) {
            try {
                attack.once(socket, goOn::get);
            } catch (IOException _) {
                // refused, reset, or called off
            }
        }
    }

    /** The next attack is measured without the rest of this one. */
    private static void await(ExecutorService attackers) {
        try {
            if (!attackers.awaitTermination(2, TimeUnit.MINUTES)) {
                throw new IllegalStateException("an attack does not end");
            }
            TimeUnit.SECONDS.sleep(6);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** The log is written behind the replies, so it has a while to get there. */
    private static long awaitDetections(Path log, long before, int expected) throws IOException {
        long begin = System.nanoTime();
        long there = detections(log) - before;
        while (there < expected && System.nanoTime() - begin < LOG_SECONDS * 1e9) {
            LockSupport.parkNanos(100_000_000);
            there = detections(log) - before;
        }
        return there;
    }

    private static long detections(Path log) throws IOException {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(line ->
                            line.contains("domain=\"guest-1\"")
                                    && line.contains("verdict=\"infected\""))
                    .count();
        }
    }

    private static long lines(Path log) throws IOException {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.count();
        }
    }
}
