package clamd.vproxy.supervisor.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;

import clamd.vproxy.supervisor.testing.TemporaryFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The Helm chart with several sets of values. Immutable.
 *
 * @param lint Helm's remarks about the chart
 * @param rendered the objects by the name of the set
 * @param errors the errors by the name of the set
 */
record HelmChart(List<String> lint, Map<String, Manifests> rendered, Map<String, String> errors) {
    static final Path SOURCES = Manifests.SOURCES.resolve("chart");

    /** Lints the chart and renders it with each of these values, YAML by name. */
    static HelmChart with(Map<String, String> values) throws IOException, InterruptedException {
        try (TemporaryFolder folder = TemporaryFolder.create()) {
            for (Map.Entry<String, String> each : values.entrySet()) {
                Files.writeString(
                        folder.path().resolve(each.getKey() + ".values"), each.getValue());
            }
            run(folder.path());
            Map<String, Manifests> rendered = new HashMap<>();
            Map<String, String> errors = new HashMap<>();
            for (String name : values.keySet()) {
                Path error = folder.path().resolve(name + ".error");
                if (Files.exists(error)) {
                    errors.put(name, Files.readString(error));
                } else {
                    rendered.put(name, Manifests.read(folder.path().resolve(name + ".yaml")));
                }
            }
            return new HelmChart(
                    Files.readAllLines(folder.path().resolve("lint")), rendered, errors);
        }
    }

    private static void run(Path folder) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                // Helm's library is unpacked there, 100 MB
                                "-Djava.io.tmpdir=" + folder,
                                "-cp",
                                System.getProperty("java.class.path"),
                                HelmProgram.class.getName(),
                                SOURCES.toAbsolutePath().toString(),
                                folder.toString())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("Helm: " + output);
        }
    }

    /** The objects that were rendered with the values of this name. */
    Manifests objects(String name) {
        return Objects.requireNonNull(
                rendered.get(name), () -> name + " is not rendered: " + errors.get(name));
    }

    /** The error of the values of this name. */
    String error(String name) {
        return Objects.requireNonNull(errors.get(name), () -> name + " is no error");
    }
}
