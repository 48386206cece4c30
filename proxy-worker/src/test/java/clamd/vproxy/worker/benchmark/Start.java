package clamd.vproxy.worker.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How long it takes from the start of the program until the first request is answered. */
final class Start {
    private static final double LONGEST_SECONDS = 0.4;

    private final Grid<String> seconds = new Grid<>();

    /**
     * Starts each build, without and with an AOT cache, and HAProxy, in turn, round by round. A
     * packaged build has an archive of its own, which excludes that cache, and is started with it
     * only.
     */
    void measure(Stage stage, Map<String, Path> builds, Pace pace) throws IOException {
        for (Map.Entry<String, Path> build : builds.entrySet()) {
            if (isPackaged(build.getValue())) {
                continue;
            }
            String output = "-XX:AOTCacheOutput=" + archive(stage, build.getKey());
            double _ = start(stage, build.getKey() + "-training", build.getValue(), output);
        }
        Pace.Rounds rounds = pace.rounds(20);
        int round = 0;
        while (rounds.another()) {
            round++;
            for (Map.Entry<String, Path> build : builds.entrySet()) {
                String name = build.getKey();
                String place = name + "-" + round;
                count(name, start(stage, place, build.getValue(), ""), rounds);
                if (isPackaged(build.getValue())) {
                    continue;
                }
                String options = "-XX:AOTCache=" + archive(stage, name);
                count(
                        archived(name),
                        start(stage, place + "-archived", build.getValue(), options),
                        rounds);
            }
            long begin = System.nanoTime();
            try (Contender _ = stage.haproxy()) {
                count(Contender.HAPROXY, secondsSince(begin), rounds);
            }
        }
    }

    private static boolean isPackaged(Path launcher) {
        return Files.exists(launcher.resolve("../../lib/clamd-vproxy.jsa").normalize());
    }

    private static Path archive(Stage stage, String build) {
        return stage.folder().resolve(build + ".aot");
    }

    private static String archived(String build) {
        return build + " with AOT cache";
    }

    private static double start(Stage stage, String name, Path launcher, String javaOptions)
            throws IOException {
        Path place = Files.createDirectories(stage.folder().resolve("start-" + name));
        long begin = System.nanoTime();
        try (Program program = Daemon.start(place, launcher, javaOptions, stage.clamd(), 1)) {
            stage.awaitAnswer(Daemon.guestSocket(place, 1), program);
            return secondsSince(begin);
        }
    }

    private static double secondsSince(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }

    private void count(String contender, double taken, Pace.Rounds rounds) {
        if (!rounds.isWarmUp()) {
            seconds.add("start", contender, taken);
        }
    }

    void report(Report report) {
        List<List<String>> rows = new ArrayList<>();
        for (String contender : seconds.contenders("start")) {
            rows.add(List.of(contender, spread(contender).text()));
        }
        report.table(List.of("contender", "seconds to the first answer"), rows);
    }

    void aim(Report report, String build, Path launcher) {
        String judged = isPackaged(launcher) ? build : archived(build);
        Spread taken = spread(judged);
        report.aim(
                new Aim(
                        "start of " + judged + " to the first answer",
                        Text.format("≤ %.1f s", LONGEST_SECONDS),
                        taken.text() + " s",
                        taken.median() <= LONGEST_SECONDS));
    }

    private Spread spread(String contender) {
        return Spread.of(seconds.of("start", contender));
    }
}
