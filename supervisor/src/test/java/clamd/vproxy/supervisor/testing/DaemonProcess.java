package clamd.vproxy.supervisor.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A Java process with the launcher's options: what the operating system does to the daemon can be
 * done to it. Thread-safe; its lines are kept, and what reads them further is called on the thread
 * that reads them.
 */
public final class DaemonProcess implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private static final Path OPTIONS = Path.of("src/main/launcher/java.options");

    private static final int MOST_SESSIONS = 100;

    private final Process process;
    private final Writer input;

    @GuardedBy("this")
    private final List<String> log = new ArrayList<>();

    @GuardedBy("this")
    private final Deque<String> lastSessions = new ArrayDeque<>();

    @GuardedBy("this")
    private boolean ended;

    /**
     * Starts a process.
     *
     * @param before a command that runs the rest of its arguments, such as prlimit; may be empty
     * @param javaOptions those besides the launcher's
     * @param environment what is set besides what we have
     * @param classPath where its classes are
     * @param told takes each line of the standard output
     */
    public DaemonProcess(
            List<String> before,
            List<String> javaOptions,
            Map<String, String> environment,
            String classPath,
            Class<?> main,
            List<String> arguments,
            Consumer<String> told)
            throws IOException {
        List<String> command = new ArrayList<>(before);
        command.addAll(java());
        command.addAll(javaOptions);
        command.addAll(List.of("-cp", classPath, main.getName()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().putAll(environment);
        process = builder.start();
        input = process.outputWriter(UTF_8);
        read("stdout", process.getInputStream(), told);
        read("stderr", process.getErrorStream(), this::logged);
    }

    /** As {@code src/main/launcher/clamd-vproxy} runs it. */
    private static List<String> java() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
        try (Stream<String> lines = Files.lines(OPTIONS)) {
            lines.filter(line -> line.startsWith("-")).forEach(command::add);
        }
        return command;
    }

    private void read(String name, InputStream from, Consumer<String> lines) {
        Thread.ofPlatform()
                .daemon()
                .name("daemon-" + name)
                .start(() -> {
                    try (BufferedReader reader =
                            new BufferedReader(new InputStreamReader(from, UTF_8))) {
                        reader.lines().forEach(lines);
                    } catch (IOException _) {
                        // closed
                    } finally {
                        endOfOutput();
                    }
                });
    }

    private synchronized void logged(String line) {
        if (line.contains(" session: ")) {
            // a million sessions have as many lines
            lastSessions.add(line);
            if (lastSessions.size() > MOST_SESSIONS) {
                lastSessions.remove();
            }
        } else {
            log.add(line);
        }
        notifyAll();
    }

    private synchronized void endOfOutput() {
        ended = true;
        notifyAll();
    }

    /** What its log says so far, but for the lines of sessions. */
    public synchronized List<String> log() {
        return List.copyOf(log);
    }

    /** What its log says of the last sessions. */
    public synchronized List<String> lastSessions() {
        return List.copyOf(lastSessions);
    }

    /** Waits for a line of the log with this text in it, also one that is there already. */
    public synchronized String awaitLog(String text) throws InterruptedException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        int read = 0;
        while (true) {
            for (; read < log.size(); read++) {
                if (log.get(read).contains(text)) {
                    return log.get(read);
                }
            }
            long left = deadline - System.nanoTime();
            if (ended || left <= 0) {
                throw new AssertionError("no '" + text + "' in\n" + String.join("\n", log));
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /** Writes a line to its standard input. */
    public void tell(String line) throws IOException {
        synchronized (input) {
            input.write(line + "\n");
            input.flush();
        }
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** Whether it runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Sends it a signal, such as {@code STOP}. */
    public void signal(String name) throws IOException, InterruptedException {
        run("kill", "-" + name, Long.toString(pid()));
    }

    /** Runs a command to its end; a failure is one of the test's. */
    public static void run(String... command) throws IOException, InterruptedException {
        Process running = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(running.getInputStream().readAllBytes(), UTF_8);
        if (running.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said);
        }
    }

    /** Sends SIGTERM and returns the exit code. */
    public int stop() throws InterruptedException {
        process.toHandle().destroy();
        return awaitExit();
    }

    /** Waits for its end and returns the exit code. */
    public int awaitExit() throws InterruptedException {
        if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("it does not end:\n" + String.join("\n", log()));
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
