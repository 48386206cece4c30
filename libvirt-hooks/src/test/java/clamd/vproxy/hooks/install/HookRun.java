package clamd.vproxy.hooks.install;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;

/**
 * One call of the script, over when it has ended and nobody holds its stdout and stderr any more:
 * libvirt waits for both. Immutable.
 */
record HookRun(int exitCode, String out, String err, Duration took) {
    static HookRun of(List<String> command, String xml) throws Exception {
        long begun = System.nanoTime();
        Process process = new ProcessBuilder(command).start();
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.write(xml.getBytes(UTF_8));
        } catch (IOException _) {
            // it may leave its input unread
        }
        return result(process, begun);
    }

    /** Lets go of its stdin only afterwards. */
    static HookRun withEndlessInput(List<String> command) throws Exception {
        long begun = System.nanoTime();
        Process process = new ProcessBuilder(command).start();
        try (OutputStream _ = process.getOutputStream()) {
            return result(process, begun);
        }
    }

    private static HookRun result(Process process, long begun) throws Exception {
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
        int exitCode = process.waitFor();
        return new HookRun(exitCode, out, err, Duration.ofNanos(System.nanoTime() - begun));
    }
}
