package clamd.vproxy.worker.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A process that the benchmark started, with the children that it forks, and what the kernel says
 * of them (proc(5)).
 */
final class Program implements AutoCloseable {
    /** USER_HZ, which is 100 on every Linux that Java runs on. */
    private static final double TICKS_PER_SECOND = 100;

    /** Ample: a JVM that leaves an AOT cache makes it at its end. */
    private static final int STOP_SECONDS = 60;

    private final Process process;
    private final Path log;

    private Program(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Starts a program.
     *
     * @param log takes what it says
     */
    static Program start(Path log, List<String> command) throws IOException {
        return start(log, command, Map.of());
    }

    /** Starts a program with these variables added to our environment. */
    static Program start(Path log, List<String> command, Map<String, String> environment)
            throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        return new Program(builder.start(), log);
    }

    /** Starts a class of the benchmark in a JVM of its own. */
    static Program startJava(Path log, Class<?> main, List<String> arguments) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classPath = System.getProperty("java.class.path");
        return start(
                log,
                Stream.concat(
                                Stream.of(
                                        java,
                                        "-XX:+UseSerialGC",
                                        "-Xmx128m",
                                        "-cp",
                                        classPath,
                                        main.getName()),
                                arguments.stream())
                        .toList());
    }

    /** The end of what it said. */
    String lastWords() throws IOException {
        String text = Files.readString(log);
        return "it said: " + text.substring(Math.max(0, text.length() - 2000));
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /** Returns how often its threads gave up the processor to wait for something. */
    long waits() throws IOException {
        long waits = 0;
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(pid()), "task"))) {
            for (Path task : tasks.toList()) {
                waits += number(task.resolve("status"), "voluntary_ctxt_switches:");
            }
        }
        return waits;
    }

    /** Processor time in seconds that it has used, and its children that have ended. */
    double cpuSeconds() throws IOException {
        double ticks = 0;
        for (Path proc : all()) {
            ticks += ticks(proc);
        }
        return ticks / TICKS_PER_SECOND;
    }

    private static double ticks(Path proc) throws IOException {
        try {
            String stat = Files.readString(proc.resolve("stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            // utime, stime, cutime, cstime: 14th to 17th of proc_pid_stat(5)
            return Stream.of(fields).skip(11).limit(4).mapToDouble(Double::parseDouble).sum();
        } catch (IOException e) {
            if (Files.exists(proc)) {
                throw e;
            }
            // it ended meanwhile: before it was opened, or before it was read (ESRCH)
            return 0;
        }
    }

    /** Resident memory in bytes, what processes share counted once. */
    long residentBytes() throws IOException {
        long kibibytes = 0;
        for (Path proc : all()) {
            kibibytes += number(proc.resolve("smaps_rollup"), "Pss:");
        }
        return kibibytes << 10;
    }

    private static long number(Path file, String field) throws IOException {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(field))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .sum();
        } catch (NoSuchFileException _) {
            return 0;
        }
    }

    private List<Path> all() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .map(handle -> Path.of("/proc", Long.toString(handle.pid())))
                .toList();
    }

    @Override
    public void close() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        children.forEach(ProcessHandle::destroy);
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
