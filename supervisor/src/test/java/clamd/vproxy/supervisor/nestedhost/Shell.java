package clamd.vproxy.supervisor.nestedhost;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Runs programs of the host. Static functions only. */
final class Shell {
    /**
     * For one command, one section of the README, or what a scenario waits for, on an emulated
     * machine.
     */
    static final Duration LIMIT = Duration.ofMinutes(5);

    /**
     * How a command ended.
     *
     * @param status its exit status
     * @param text what it printed, on both streams, without the last line end
     */
    record Output(int status, String text) {}

    private Shell() {}

    /** Runs a program that must succeed, and returns what it printed. */
    static String run(String... command) throws Exception {
        Output output = attempt(command);
        if (output.status() != 0) {
            throw new AssertionError(
                    "%s: exit status %d: %s"
                            .formatted(String.join(" ", command), output.status(), output.text()));
        }
        return output.text();
    }

    /** Runs a program that may fail. */
    static Output attempt(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        // reads until the end of the output; the limit is for what never ends it
        Thread reaper = Thread.ofVirtual().start(() -> endAfterLimit(process));
        String text = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
        int status = process.waitFor();
        reaper.interrupt();
        return new Output(status, text);
    }

    /** Runs a script by {@code sh -e}. */
    static String script(String script) throws Exception {
        return run("sh", "-ec", script);
    }

    /** Asks the libvirt that the supervisor follows, as an operator does. */
    static String virsh(String... arguments) throws Exception {
        return Libvirtd.FIRST.virsh(arguments);
    }

    static String[] virshCommand(String... arguments) {
        return Libvirtd.FIRST.virshCommand(arguments);
    }

    private static void endAfterLimit(Process process) {
        try {
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                process.getInputStream().close();
            }
        } catch (InterruptedException | IOException _) {
            // it ended
        }
    }
}
