package clamd.vproxy.supervisor.kubernetes;

import io.kubernetes.client.openapi.models.V1Container;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;

/**
 * The volumes of a pod as folders in one: the commands and the configuration of the manifests, with
 * every path led there. Immutable.
 */
record PodFolder(Path path) {
    /** Makes the folders and the files of the ConfigMaps. */
    static PodFolder create(Path path, String mirror) throws IOException {
        PodFolder pod = new PodFolder(path);
        for (String each :
                List.of("image", "signatures", "clamd.run", "tmp", "freshclam", "clamd")) {
            Files.createDirectories(path.resolve(each));
        }
        Path conf = Manifests.SOURCES.resolve("base/conf");
        String clamd = pod.led(Files.readString(conf.resolve("clamd.conf")));
        Files.writeString(path.resolve("clamd/clamd.conf"), clamd.replaceAll("(?m)^TCP.*\n", ""));
        String freshclam =
                pod.led(Files.readString(conf.resolve("freshclam.conf")))
                        .replaceAll("(?m)^DatabaseMirror .*", "DatabaseMirror 127.0.0.1")
                        .replaceAll("(?m)^MaxAttempts .*", "MaxAttempts 1")
                        .replaceAll("(?m)^DNSDatabaseInfo .*", "DNSDatabaseInfo no");
        pod.configureFreshclam(
                freshclam
                        + """
                        ExcludeDatabase main
                        ExcludeDatabase daily
                        ExcludeDatabase bytecode
                        DatabaseOwner %s
                        DatabaseCustomURL %s
                        """
                                .formatted(System.getProperty("user.name"), mirror));
        return pod;
    }

    /** Replaces freshclam.conf as a ConfigMap is replaced: as a whole. */
    void configureFreshclam(String text) throws IOException {
        Path written = Files.writeString(path.resolve("freshclam.new"), text);
        Files.move(
                written,
                path.resolve("freshclam/freshclam.conf"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    String freshclamConf() throws IOException {
        return Files.readString(path.resolve("freshclam/freshclam.conf"));
    }

    Path signatures() {
        return path.resolve("signatures");
    }

    /** What the image has of its own. */
    Path image() {
        return path.resolve("image");
    }

    Path clamdSocket() {
        return path.resolve("clamd.run/clamd.sock");
    }

    /** The command of this container of the DaemonSet. */
    List<String> command(String container) throws IOException {
        var daemonSet = Manifests.read(Manifests.SOURCES.resolve("base/daemonset.yaml"));
        return Objects.requireNonNull(daemonSet.pod().getInitContainers()).stream()
                .filter(each -> each.getName().equals(container))
                .map(V1Container::getCommand)
                .map(Objects::requireNonNull)
                .findFirst()
                .orElseThrow()
                .stream()
                .map(word -> container.equals("signatures") ? ledFromImage(word) : led(word))
                .toList();
    }

    /** Only the first container sees the image's own folder; the volume hides it for the others. */
    private String ledFromImage(String text) {
        return led(
                text.replace("/signatures", signatures().toString())
                        .replace("/var/lib/clamav", image().toString()));
    }

    private String led(String text) {
        return text.replace("/var/lib/clamav", signatures().toString())
                .replace("/etc/clamd-vproxy", path.toString())
                .replace("/run/clamav", path.resolve("clamd.run").toString())
                .replaceAll("(?m)^TemporaryDirectory .*", "TemporaryDirectory " + path + "/tmp");
    }
}
