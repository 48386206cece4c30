package clamd.vproxy.worker.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How long it takes from the start of the program until the first request is answered. */
final class Start {
    private static final double LONGEST_SECONDS = 0.5;

    private final Grid<String> seconds = new Grid<>();

    /** Starts each build and HAProxy in turn, round by round. */
    void measure(Stage stage, Map<String, Path> builds, Pace pace) throws IOException {
        Pace.Rounds rounds = pace.rounds(20);
        int round = 0;
        while (rounds.another()) {
            round++;
            for (Map.Entry<String, Path> build : builds.entrySet()) {
                Path place = stage.folder().resolve("start-" + round + "-" + build.getKey());
                Files.createDirectories(place);
                long begin = System.nanoTime();
                try (Program program = Daemon.start(place, build.getValue(), stage.clamd(), 1)) {
                    stage.awaitAnswer(Daemon.guestSocket(place, 1), program);
                    count(build.getKey(), begin, rounds);
                }
            }
            long begin = System.nanoTime();
            try (Contender _ = stage.haproxy()) {
                count(Contender.HAPROXY, begin, rounds);
            }
        }
    }

    private void count(String contender, long begin, Pace.Rounds rounds) {
        if (!rounds.isWarmUp()) {
            seconds.add("start", contender, (System.nanoTime() - begin) / 1e9);
        }
    }

    void report(Report report, List<String> builds) {
        List<List<String>> rows = new ArrayList<>();
        List<String> all = new ArrayList<>(builds);
        all.add(Contender.HAPROXY);
        for (String contender : all) {
            rows.add(List.of(contender, spread(contender).text()));
        }
        report.table(List.of("contender", "seconds to the first answer"), rows);
    }

    void aim(Report report, String build) {
        Spread taken = spread(build);
        report.aim(
                new Aim(
                        "start to the first answer",
                        "≤ 0.5 s",
                        taken.text() + " s",
                        taken.median() <= LONGEST_SECONDS));
    }

    private Spread spread(String contender) {
        return Spread.of(seconds.of("start", contender));
    }
}
