package clamd.vproxy.supervisor.commands.support;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Returns the output of another program of the host. Static function only. */
public final class ProgramOutput {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private ProgramOutput() {}

    /** Returns all of its output, or why there is none; takes at most ten seconds. */
    public static String of(List<String> command) throws InterruptedException {
        String headline = "$ " + String.join(" ", command) + "\n";
        try {
            Path output = Files.createTempFile("clamd-vproxy-support", ".txt");
            try {
                return headline + run(command, output);
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            return headline + e.getMessage() + "\n";
        }
    }

    /**
     * Writes the output to a file: a pipe would have to be read while the time limit is watched.
     */
    private static String run(List<String> command, Path output)
            throws IOException, InterruptedException {
        Process program =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        boolean ended;
        try {
            program.getOutputStream().close();
            ended = program.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            program.destroyForcibly();
        }
        String text = new String(Files.readAllBytes(output), UTF_8);
        return ended ? text : text + "\nnot done after " + LIMIT.toSeconds() + " s\n";
    }
}
