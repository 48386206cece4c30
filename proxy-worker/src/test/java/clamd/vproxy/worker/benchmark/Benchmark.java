package clamd.vproxy.worker.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Runs the benchmark and writes its report; {@link Settings} says with what options. */
public final class Benchmark {
    /** What clamd reads of a connection at a time. */
    private static final int CLAMD_READS = 4104;

    private static final int EAGER_READS = 256 << 10;
    private static final long ONE_FILE = Long.MAX_VALUE;
    private static final long REAL_FILE = 25L << 20;

    private final Settings settings;
    private final Report report;
    private final Load load = new Load();

    private Benchmark(Settings settings, Report report) {
        this.settings = settings;
        this.report = report;
    }

    public static void main(String[] arguments) throws Exception {
        Settings settings;
        try {
            settings = Settings.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println("benchmark: " + e.getMessage());
            System.exit(64);
            return;
        }
        Report report = new Report(settings.output());
        Machine machine = new Machine();
        new Benchmark(settings, report).run();
        report.head(machine.description());
        report.write();
        System.out.println(report.summary());
        System.out.println("The report is in " + report.folder());
    }

    private interface Part {
        void run() throws Exception;
    }

    private void run() throws Exception {
        try (load) {
            part(
                    "streaming",
                    () -> streaming("streaming", CLAMD_READS, "a clamd that reads as clamd does"));
            part(
                    "eager",
                    () -> streaming("eager", EAGER_READS, "a clamd that reads 256 KiB at a time"));
            part("small", this::small);
            part("real", this::realClamd);
            part("calls", this::systemCalls);
            part("memory", this::memory);
            part("guests", this::guests);
            part("start", this::start);
            part("jmh", this::jmh);
        }
    }

    private void part(String name, Part part) throws Exception {
        if (settings.sections().contains(name)) {
            System.out.println(name + " …");
            long begin = System.nanoTime();
            part.run();
            report.write();
            System.out.println("  took %.0f s".formatted((System.nanoTime() - begin) / 1e9));
        }
    }

    private void streaming(String name, int readBytes, String clamd) throws IOException {
        try (Stage stage = Stage.withStandIn(readBytes)) {
            List<Contender> contenders = stage.all(settings.builds());
            Streaming streaming = new Streaming(load, settings.pace());
            streaming.measure(contenders, Streaming.shapes(Streaming.CHUNKS), 150, ONE_FILE);
            report.title("Streaming to " + clamd);
            streaming.report(report, contenders, settings.buildNames());
            streaming.reportCpu(report, contenders);
            Path plot = report.folder().resolve(name);
            streaming.plot(plot, "Streaming to " + clamd, contenders);
            streaming.aim(report, clamd, settings.judged(), Contender.RELAY_IN_C, 1.0);
            streaming.aim(report, clamd, settings.judged(), Contender.HAPROXY, 1.5);
        }
    }

    private void small() throws IOException {
        try (Stage stage = Stage.withStandIn(CLAMD_READS)) {
            List<Contender> contenders = stage.all(settings.builds());
            SmallRequests requests = new SmallRequests(load, settings.pace());
            requests.measure(contenders, 120);
            report.title("Small requests");
            requests.report(report, contenders);
            requests.plot(report.folder().resolve("small"), "Small requests", contenders);
            requests.aims(report, settings.judged(), 0.9);
        }
    }

    private void realClamd() throws IOException {
        try (Stage stage = Stage.withRealClamd()) {
            List<Contender> contenders = stage.all(settings.builds());
            Streaming streaming = new Streaming(load, settings.pace());
            List<Streaming.Shape> shapes = Streaming.shapes(List.of(8 << 10, 1 << 20));
            streaming.measure(contenders, shapes, 60, REAL_FILE);
            report.title("Files of 25 MiB to Debian's clamd");
            streaming.report(report, contenders, settings.buildNames());
            streaming.reportCpu(report, contenders);
            SmallRequests requests = new SmallRequests(load, settings.pace());
            requests.measure(contenders, 50);
            report.title("Small requests to Debian's clamd");
            requests.report(report, contenders);
            requests.aims(report, settings.judged(), 0.95);
        }
    }

    private void systemCalls() throws IOException {
        try (Stage stage = Stage.withStandIn(CLAMD_READS)) {
            SystemCalls calls = new SystemCalls(stage.folder());
            for (Contender contender : stage.all(settings.builds())) {
                // socat makes a process for each connection
                if (!contender.name().equals(Contender.SOCAT)) {
                    calls.measure(contender);
                }
            }
            report.title("System calls for each request");
            calls.report(report);
        }
    }

    private void memory() throws IOException {
        Memory memory = new Memory();
        for (String build : settings.buildNames()) {
            try (Stage stage = Stage.withStandIn(CLAMD_READS)) {
                Memory.Found found =
                        memory.measure(stage.vproxy(build, settings.launcher(build), 1));
                if (build.equals(settings.judged())) {
                    Memory.aims(report, found);
                }
            }
        }
        try (Stage stage = Stage.withStandIn(CLAMD_READS)) {
            Memory.Found _ = memory.measure(stage.haproxy());
        }
        try (Stage stage = Stage.withStandIn(CLAMD_READS)) {
            Memory.Found _ = memory.measure(stage.socat());
        }
        report.title("Memory");
        memory.report(report);
    }

    private void guests() throws IOException {
        report.title("1,000 guests with ten connections each");
        for (String build : settings.buildNames()) {
            try (Stage stage = Stage.withStandIn(CLAMD_READS)) {
                ManyGuests.measure(stage, build, settings.launcher(build), report);
            }
        }
    }

    private void start() throws IOException {
        try (Stage stage = Stage.withStandIn(CLAMD_READS)) {
            Start start = new Start();
            start.measure(stage, settings.builds(), settings.pace());
            report.title("Start");
            start.report(report);
            start.aim(report, settings.judged(), settings.launcher(settings.judged()));
        }
    }

    private void jmh() throws Exception {
        report.title("Pieces");
        Micro.measure(report, settings.pace());
    }
}
