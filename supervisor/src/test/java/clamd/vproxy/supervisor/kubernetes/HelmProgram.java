package clamd.vproxy.supervisor.kubernetes;

import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Lints a chart and renders it with each file of values in a folder. Runs in a process of its own,
 * because Helm is written in Go, whose runtime replaces the JVM's signal handlers.
 */
final class HelmProgram {
    private HelmProgram() {}

    public static void main(String[] arguments) throws IOException {
        Helm helm = new Helm(Path.of(arguments[0]));
        Path folder = Path.of(arguments[1]);
        Files.write(folder.resolve("lint"), helm.lint().strict().call().getMessages());
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*.values")) {
            for (Path values : all) {
                render(helm, values);
            }
        }
    }

    private static void render(Helm helm, Path values) throws IOException {
        String name = values.getFileName().toString().replace(".values", "");
        try {
            String yaml =
                    helm.template()
                            .withName("clamd-vproxy")
                            .withNamespace("default")
                            .withKubeVersion("1.34.0")
                            .withValuesFile(values)
                            .call();
            Files.writeString(values.resolveSibling(name + ".yaml"), yaml);
        } catch (IllegalStateException e) {
            Files.writeString(values.resolveSibling(name + ".error"), e.toString());
        }
    }
}
