package clamd.vproxy.supervisor.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1DaemonSet;
import io.kubernetes.client.openapi.models.V1PodSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Some Kubernetes objects, as they would be sent to the cluster. Immutable. */
public record Manifests(List<JsonObject> objects) {
    /** Where they are, seen from the module's folder. */
    public static final Path SOURCES = Path.of("src/main/kubernetes");

    /** Reads YAML with any number of documents. */
    static Manifests parse(String yaml) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        List<JsonObject> objects = new ArrayList<>();
        for (Object document : new Yaml(new SafeConstructor(options)).loadAll(yaml)) {
            objects.add(new Gson().toJsonTree(document).getAsJsonObject());
        }
        return new Manifests(List.copyOf(objects));
    }

    /** Reads one file. */
    public static Manifests read(Path file) throws IOException {
        return parse(Files.readString(file));
    }

    /** Whether {@link #render} can be had here. */
    static boolean canRender() throws InterruptedException {
        try {
            Process kubectl =
                    new ProcessBuilder("kubectl", "kustomize", "--help")
                            .redirectErrorStream(true)
                            .start();
            kubectl.getInputStream().readAllBytes();
            return kubectl.waitFor() == 0;
        } catch (IOException _) {
            return false;
        }
    }

    /** What kubectl makes of this folder's kustomization. */
    static Manifests render(Path folder) throws IOException, InterruptedException {
        Process kubectl = new ProcessBuilder("kubectl", "kustomize", folder.toString()).start();
        String yaml = new String(kubectl.getInputStream().readAllBytes(), UTF_8);
        String complaint = new String(kubectl.getErrorStream().readAllBytes(), UTF_8);
        if (kubectl.waitFor() != 0 || !complaint.isEmpty()) {
            throw new IOException(folder + ": " + complaint);
        }
        return parse(yaml);
    }

    /** Violations of the Kubernetes API; resources of other APIs are not checked. */
    List<String> problems() {
        return objects.stream()
                .filter(each ->
                        !each.get("apiVersion").getAsString().startsWith("monitoring.coreos.com/"))
                .flatMap(each -> KubernetesSchema.problems(each).stream())
                .toList();
    }

    /** The only DaemonSet there is. */
    public V1DaemonSet daemonSet() {
        return only(V1DaemonSet.class, "DaemonSet");
    }

    /** Its pods. */
    V1PodSpec pod() {
        return Objects.requireNonNull(
                Objects.requireNonNull(daemonSet().getSpec()).getTemplate().getSpec());
    }

    <T> T only(Class<T> type, String kind) {
        List<T> all = all(type, kind);
        if (all.size() != 1) {
            throw new AssertionError(all.size() + " objects of kind " + kind);
        }
        return all.getFirst();
    }

    <T> List<T> all(Class<T> type, String kind) {
        return objects.stream()
                .filter(each -> each.get("kind").getAsString().equals(kind))
                .map(each -> Objects.requireNonNull(JSON.getGson().fromJson(each, type)))
                .toList();
    }

    /** The ConfigMap whose name is this, or this and a hash of what is in it. */
    Optional<V1ConfigMap> configMap(String name) {
        return all(V1ConfigMap.class, "ConfigMap").stream()
                .filter(each -> nameOf(each).matches(name + "(-[a-z0-9]{10})?"))
                .findFirst();
    }

    static String nameOf(V1ConfigMap map) {
        return Objects.requireNonNull(
                Objects.requireNonNull(map.getMetadata()).getName(), "a ConfigMap without a name");
    }

    /** One file of a ConfigMap. */
    String file(String configMap, String file) {
        return Objects.requireNonNull(
                Objects.requireNonNull(configMap(configMap).orElseThrow().getData()).get(file));
    }

    /** Returns these manifests with every {@code from} in their JSON replaced. */
    Manifests replacing(String from, String to) {
        List<JsonObject> changed = new ArrayList<>();
        for (JsonElement each : objects) {
            changed.add(new Gson().fromJson(each.toString().replace(from, to), JsonObject.class));
        }
        return new Manifests(changed);
    }
}
