package clamd.vproxy.hooks.install;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.Optional;

/** Runs other programs. */
@FunctionalInterface
interface Programs {
    /** Runs a short-lived program and returns its output; empty if its exit status is not 0. */
    Optional<String> output(String... command) throws IOException;

    /**
     * Runs a program, and returns its stderr and stdout together; empty if its exit status is not
     * 0.
     */
    static Optional<String> run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        try {
            return process.waitFor() == 0 ? Optional.of(output) : Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + command[0] + " ran", e);
        }
    }
}
