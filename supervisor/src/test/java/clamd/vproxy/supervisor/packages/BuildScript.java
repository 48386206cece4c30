package clamd.vproxy.supervisor.packages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Runs the programs that make the packages. Static functions only. */
final class BuildScript {
    private static final Path SCRIPTS = Path.of("src/main/image").toAbsolutePath();

    private BuildScript() {}

    /** The path of a script of {@code src/main/image}. */
    static String script(String name) {
        return SCRIPTS.resolve(name).toString();
    }

    /** Runs a program in this folder, which must succeed, and returns its output. */
    static String run(Path folder, Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        return run(new ProcessBuilder(command), folder, environment);
    }

    /** Runs a program on the content of this file, which must succeed, and returns its output. */
    static String filter(Path input, String... command) throws IOException, InterruptedException {
        return run(
                new ProcessBuilder(command).redirectInput(input.toFile()), Path.of("."), Map.of());
    }

    private static String run(ProcessBuilder builder, Path folder, Map<String, String> environment)
            throws IOException, InterruptedException {
        builder.environment().putAll(environment);
        Path errors = Files.createTempFile("build-script", ".err");
        Process process = builder.directory(folder.toFile()).redirectError(errors.toFile()).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        int status = process.waitFor();
        String said = Files.readString(errors);
        Files.delete(errors);
        assertThat(List.of(status, said))
                .as(builder.command() + ": " + output)
                .isEqualTo(List.of(0, ""));
        return output;
    }
}
