package clamd.vproxy.worker.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How many small requests a second are answered, and how long each takes. */
final class SmallRequests {
    private static final int MANY = 8;
    private static final List<Integer> CLIENTS = List.of(1, MANY);
    private static final double RUN_SECONDS = 0.7;

    private final Load load;
    private final Pace pace;
    private final Grid<Shape> rates = new Grid<>();
    private final Grid<Shape> medians = new Grid<>();
    private final Grid<Shape> tails = new Grid<>();
    private final Map<Cell, List<Latencies>> latencies = new HashMap<>();

    private record Shape(Request request, int clients) {
        @Override
        public String toString() {
            return request.name() + ", " + clients + (clients == 1 ? " client" : " clients");
        }
    }

    private record Cell(Shape shape, String contender) {}

    SmallRequests(Load load, Pace pace) {
        this.load = load;
        this.pace = pace;
    }

    /**
     * Measures all contenders in turn, round by round.
     *
     * @param seconds the time for it in a default run
     */
    void measure(List<Contender> contenders, double seconds) throws IOException {
        Pace.Rounds rounds = pace.rounds(seconds);
        while (rounds.another()) {
            for (Request request : List.of(Request.PING, Request.SMALL_FILE)) {
                for (int clients : CLIENTS) {
                    for (Contender contender : contenders) {
                        Latencies run = run(contender, request, clients);
                        if (!rounds.isWarmUp()) {
                            count(new Shape(request, clients), contender.name(), run);
                        }
                    }
                }
            }
        }
    }

    private Latencies run(Contender contender, Request request, int clients) throws IOException {
        return load.ask(contender.socket(), request, clients, pace.scaled(RUN_SECONDS));
    }

    private void count(Shape shape, String contender, Latencies run) {
        rates.add(shape, contender, run.perSecond());
        medians.add(shape, contender, run.microseconds(0.5));
        tails.add(shape, contender, run.microseconds(0.999));
        latencies.computeIfAbsent(new Cell(shape, contender), _ -> new ArrayList<>()).add(run);
    }

    /** A row for each shape and contender; the ratios are to HAProxy. */
    void report(Report report, List<Contender> contenders) {
        List<List<String>> rows = new ArrayList<>();
        for (Shape shape : rates.shapes()) {
            for (Contender contender : contenders) {
                rows.add(row(shape, contender.name()));
            }
        }
        report.table(
                List.of(
                        "request",
                        "contender",
                        "requests/s",
                        "p50, µs",
                        "p99, µs",
                        "p99.9, µs",
                        "rate / HAProxy",
                        "p50 / HAProxy"),
                rows);
    }

    private List<String> row(Shape shape, String contender) {
        Latencies all =
                Latencies.together(latencies.getOrDefault(new Cell(shape, contender), List.of()));
        return List.of(
                shape.toString(),
                contender,
                Text.format("%.0f", rates.median(shape, contender)),
                Text.format("%.0f", all.microseconds(0.5)),
                Text.format("%.0f", all.microseconds(0.99)),
                Text.format("%.0f", all.microseconds(0.999)),
                rates.ratio(shape, contender, Contender.HAPROXY).text(),
                medians.ratio(shape, contender, Contender.HAPROXY).text());
    }

    /** Draws the rates that {@link #report} shows. */
    void plot(Path file, String title, List<Contender> contenders) throws IOException {
        Plot.bars(file, title, "requests/s", rates, contenders);
    }

    /**
     * @param leastRate of eight clients, beside HAProxy's
     */
    void aims(Report report, String build, double leastRate) {
        for (Shape shape : rates.shapes()) {
            aim(report, "p50 of " + shape, medians.ratio(shape, build, Contender.HAPROXY), 1.2);
            aim(report, "p99.9 of " + shape, tails.ratio(shape, build, Contender.HAPROXY), 2);
            if (shape.clients() == MANY) {
                Spread rate = rates.ratio(shape, build, Contender.HAPROXY);
                report.aim(
                        new Aim(
                                "rate of " + shape,
                                Text.format("≥ %.2f × HAProxy", leastRate),
                                rate.text(),
                                rate.median() >= leastRate));
            }
        }
    }

    private static void aim(Report report, String what, Spread ratio, double most) {
        report.aim(
                new Aim(
                        what,
                        Text.format("≤ %.1f × HAProxy", most),
                        ratio.text(),
                        ratio.median() <= most));
    }
}
