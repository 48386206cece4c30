package clamd.vproxy.supervisor.commands.demo;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A real clamd that this process starts in the foreground, in a separate directory. Confined to the
 * thread that created it.
 *
 * <p>The caller may kill and restart it at the same socket; closing it ends the process and removes
 * the directory.
 */
public final class ClamdProcess implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(20);
    private static final Duration PING_LIMIT = Duration.ofSeconds(1);
    private static final Duration END_LIMIT = Duration.ofSeconds(5);

    private final ClamdSetup setup;
    private final LongSupplier nanoClock;
    private final Path binary;
    private final OptionalInt tcpPort;
    private final ClamdFiles files;
    private @Nullable Process process;
    private boolean suspended;

    /**
     * Prepares the directory without starting clamd.
     *
     * @param nanoClock a clock that only moves forward, in nanoseconds
     * @throws IOException if clamd is not installed, or the directory cannot be written or is not
     *     empty
     */
    public ClamdProcess(ClamdSetup setup, LongSupplier nanoClock) throws IOException {
        this.setup = setup;
        this.nanoClock = nanoClock;
        this.binary = ClamdFiles.clamd();
        this.tcpPort = setup.tcp() ? OptionalInt.of(freePort()) : OptionalInt.empty();
        this.files = ClamdFiles.create(setup, tcpPort);
    }

    /**
     * Returns a port that is free now; if another process takes it before clamd does, the start
     * reports that.
     */
    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    /**
     * Starts clamd and waits until it answers PING. If it does not answer, its process is ended;
     * the directory with the log stays until {@link #close}.
     *
     * @return this
     * @throws IOException with clamd's own message if it ends instead, or does not answer within
     *     the limit
     * @throws IllegalStateException if it is running
     */
    public ClamdProcess start(Duration limit) throws IOException, InterruptedException {
        if (process != null && process.isAlive()) {
            throw new IllegalStateException("clamd is running with pid " + process.pid());
        }
        long started = nanoClock.getAsLong();
        File log = files.log().toFile();
        Process starting =
                new ProcessBuilder(binary.toString(), "-c", files.configuration().toString())
                        .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.to(log))
                        .start();
        process = starting;
        suspended = false;
        boolean answers = false;
        try {
            awaitAnswer(starting, started, limit);
            answers = true;
            return this;
        } finally {
            if (!answers) {
                end(starting);
            }
        }
    }

    private void awaitAnswer(Process starting, long started, Duration limit)
            throws IOException, InterruptedException {
        do {
            if (starting.waitFor(POLL.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new IOException(
                        "clamd ended with exit code %d: %s"
                                .formatted(starting.exitValue(), files.lastWords()));
            }
            if (Ping.answers(address(), PING_LIMIT)) {
                return;
            }
        } while (nanoClock.getAsLong() - started < limit.toNanos());
        throw new IOException(
                "clamd does not answer within %d ms, it said: %s"
                        .formatted(limit.toMillis(), files.lastWords()));
    }

    /** Returns the Unix socket that clamd listens on. */
    public Path socket() {
        return setup.socket();
    }

    /** Returns the configuration that clamd was started with; readable until {@link #close}. */
    public Path configuration() {
        return files.configuration();
    }

    /** Returns the file with clamd's output, one per start; readable until {@link #close}. */
    public Path log() {
        return files.log();
    }

    /** Returns the address of the Unix socket. */
    public UnixDomainSocketAddress address() {
        return UnixDomainSocketAddress.of(setup.socket());
    }

    /** Returns the TCP address if the setup has one. */
    public Optional<InetSocketAddress> tcpAddress() {
        return tcpPort.isPresent()
                ? Optional.of(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), tcpPort.getAsInt()))
                : Optional.empty();
    }

    /**
     * Returns the process id of the running, or last, clamd.
     *
     * @throws IllegalStateException if it was never started
     */
    public long pid() {
        return running().pid();
    }

    /** Whether the process exists, answering or not. */
    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** Suspends the process (SIGSTOP): connections stay open without an answer. */
    public void suspend() throws IOException, InterruptedException {
        signal("-STOP");
        suspended = true;
    }

    /** Resumes a suspended process (SIGCONT). */
    public void resume() throws IOException, InterruptedException {
        signal("-CONT");
        suspended = false;
    }

    /**
     * Kills the process at once (SIGKILL) and waits for its end; its socket file stays, as after a
     * crash.
     */
    public void kill() throws InterruptedException {
        running().destroyForcibly().waitFor();
    }

    private void signal(String signal) throws IOException, InterruptedException {
        String pid = Long.toString(running().pid());
        int exit = new ProcessBuilder("/bin/kill", signal, pid).inheritIO().start().waitFor();
        if (exit != 0) {
            throw new IOException(
                    "kill %s %s ended with exit code %d".formatted(signal, pid, exit));
        }
    }

    private Process running() {
        if (process == null) {
            throw new IllegalStateException("clamd was not started");
        }
        return process;
    }

    /**
     * Ends the process, by SIGTERM and after five seconds by SIGKILL, and removes its directory.
     */
    @Override
    public void close() throws IOException {
        if (process != null) {
            end(process);
            process = null;
        }
        files.remove();
    }

    private void end(Process ending) {
        boolean interrupted = false;
        // a suspended process handles SIGTERM only after it resumes
        if (!suspended) {
            ending.destroy();
            try {
                ending.waitFor(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        ending.destroyForcibly().onExit().join();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
