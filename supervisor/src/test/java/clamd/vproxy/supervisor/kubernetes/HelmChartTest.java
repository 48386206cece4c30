package clamd.vproxy.supervisor.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import clamd.vproxy.worker.clamd.conf.ClamdConf;
import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.kubernetes.client.custom.Quantity;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Container;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Helm makes of the chart, as the cluster would see it. */
@EnabledOnOs(
        value = OS.LINUX,
        architectures = "amd64",
        disabledReason = "Helm as a library is for amd64 only")
class HelmChartTest {
    private static final String OWN =
            """
            image: registry.example.com/clamd-vproxy:2.0
            clamavImage: clamav/clamav:1.5
            namespace: matrix
            createNamespace: false
            nodeSelector: {guests: "yes"}
            resources: {clamd: {limits: {memory: 6Gi}}, clamd-vproxy: {requests: {cpu: "2"}}}
            clamdConf: {MaxThreads: 16, StreamMaxLength: 524288000, PCREMaxFileSize: 7M}
            freshclamConf: {Checks: 8}
            policy: {version: 1, defaults: {weight: 2}}
            """;

    private static final Map<String, String> VALUES =
            Map.ofEntries(
                    Map.entry("default", ""),
                    Map.entry("base", "profile: base"),
                    Map.entry("low-volume", "profile: low-volume"),
                    Map.entry("high-volume", "profile: high-volume"),
                    Map.entry("own", OWN),
                    Map.entry("monitored", "{podMonitor: true, prometheusRule: true}"),
                    Map.entry("metrics", "metrics: true"),
                    Map.entry("open", "{networkPolicy: false, metrics: true}"),
                    Map.entry("wrong-profile", "profile: huge"),
                    Map.entry("wrong-name", "replicas: 3"),
                    Map.entry("wrong-image", "image: clamd-vproxy"),
                    Map.entry("wrong-container", "resources: {calmd: {}}"),
                    Map.entry("wrong-line", "clamdConf: {MaxThreads: \"12\\nTCPAddr 0.0.0.0\"}"));

    private static HelmChart chart;

    @BeforeAll
    static void render() throws Exception {
        chart = HelmChart.with(VALUES);
    }

    static List<String> rendered() {
        return chart.rendered().keySet().stream().sorted().toList();
    }

    @Test
    void helmFindsNoFaultWithTheChart() {
        assertThat(chart.lint()).containsExactly("[INFO] Chart.yaml: icon is recommended");
    }

    @ParameterizedTest
    @CsvSource({
        "default, base",
        "base, base",
        "low-volume, overlays/low-volume",
        "high-volume, overlays/high-volume"
    })
    void theChartRendersTheObjectsOfKustomize(String values, String folder) throws Exception {
        // as in OverlaysTest: no package of Debian 12 has a kubectl that renders components
        assumeTrue(Manifests.canRender(), "kubectl is not installed: nothing to compare with");
        Manifests kustomized = Manifests.render(Manifests.SOURCES.resolve(folder));
        assertThat(comparable(chart.objects(values))).isEqualTo(comparable(kustomized));
    }

    /** The objects by kind and name, without hashes in names and the order of volumes. */
    private static Map<String, JsonObject> comparable(Manifests manifests) {
        Map<String, JsonObject> objects = new TreeMap<>();
        for (JsonObject each : manifests.objects()) {
            String plain =
                    each.toString().replaceAll("(clamd-conf|seccomp-profile)-[a-z0-9]{10}", "$1");
            JsonObject object = new Gson().fromJson(plain, JsonObject.class);
            if (kind(object).equals("DaemonSet")) {
                JsonObject pod =
                        object.getAsJsonObject("spec")
                                .getAsJsonObject("template")
                                .getAsJsonObject("spec");
                JsonArray sorted = new JsonArray();
                pod.getAsJsonArray("volumes").asList().stream()
                        .sorted(Comparator.comparing(JsonElement::toString))
                        .forEach(sorted::add);
                pod.add("volumes", sorted);
            }
            objects.put(kind(object) + "/" + name(object), object);
        }
        return objects;
    }

    private static String kind(JsonObject object) {
        return object.get("kind").getAsString();
    }

    private static String name(JsonObject object) {
        return object.getAsJsonObject("metadata").get("name").getAsString();
    }

    @ParameterizedTest
    @MethodSource("rendered")
    void fitsTheKubernetesApiAndLivesInOneNamespace(String values) {
        assertThat(chart.objects(values).problems()).isEmpty();
        assertThat(chart.objects(values).objects())
                .filteredOn(each -> !kind(each).equals("Namespace"))
                .extracting(each -> each.getAsJsonObject("metadata").get("namespace").getAsString())
                .containsOnly(values.equals("own") ? "matrix" : "clamd-vproxy");
    }

    @Test
    void valuesReachThePods() {
        Manifests own = chart.objects("own");
        assertThat(own.all(JsonObject.class, "Namespace")).isEmpty();
        assertThat(own.pod().getNodeSelector())
                .containsOnly(Map.entry("kubernetes.io/os", "linux"), Map.entry("guests", "yes"));
        V1Container proxy = own.pod().getContainers().getFirst();
        assertThat(proxy.getImage()).isEqualTo("registry.example.com/clamd-vproxy:2.0");
        assertThat(Objects.requireNonNull(own.pod().getInitContainers()))
                .allSatisfy(each -> assertThat(each.getImage()).isEqualTo("clamav/clamav:1.5"))
                .filteredOn(each -> each.getName().equals("clamd"))
                .singleElement()
                .satisfies(clamd -> {
                    var resources = Objects.requireNonNull(clamd.getResources());
                    assertThat(resources.getLimits())
                            .as("one of its own beside the profile's")
                            .containsEntry("memory", Quantity.fromString("6Gi"))
                            .containsEntry("cpu", Quantity.fromString("2"));
                    assertThat(resources.getRequests())
                            .containsEntry("memory", Quantity.fromString("1536Mi"));
                });
    }

    @Test
    void valuesReplaceAndAddLinesOfTheConfiguration(@TempDir Path folder) throws Exception {
        Manifests own = chart.objects("own");
        String text = own.file("clamd-conf", "clamd.conf");
        assertThat(text.lines().filter(each -> each.matches("(MaxThreads|PCREMaxFileSize) .*")))
                .containsExactly("MaxThreads 16", "PCREMaxFileSize 7M");
        ClamdConf conf = ClamdConf.read(Files.writeString(folder.resolve("clamd.conf"), text));
        assertThat(conf.maxThreads()).isEqualTo(16);
        assertThat(text).contains("\nStreamMaxLength 524288000\n");
        assertThat(own.file("freshclam-conf", "freshclam.conf")).contains("\nChecks 8\n");
        assertThat(new Gson().fromJson(own.file("policy", "policy.json"), JsonObject.class))
                .hasToString("{\"defaults\":{\"weight\":2},\"version\":1}");
    }

    @Test
    void anEditOfClamdConfReplacesThePodsAndTheOthersReachRunningPods() {
        assertThat(nameOf("own", "clamd-conf")).isNotEqualTo(nameOf("default", "clamd-conf"));
        assertThat(nameOf("own", "freshclam-conf")).isEqualTo("freshclam-conf");
        assertThat(nameOf("own", "policy")).isEqualTo("policy");
    }

    private static String nameOf(String values, String map) {
        V1ConfigMap found = chart.objects(values).configMap(map).orElseThrow();
        return Manifests.nameOf(found);
    }

    @Test
    void monitoringIsThereOnRequest() {
        assertThat(comparable(chart.objects("default")).keySet())
                .doesNotContain("NetworkPolicy/metrics")
                .noneMatch(each -> each.startsWith("Pod") || each.startsWith("Prometheus"));
        assertThat(comparable(chart.objects("metrics")).keySet())
                .contains("NetworkPolicy/metrics")
                .noneMatch(each -> each.startsWith("PodMonitor"));
        assertThat(comparable(chart.objects("monitored")).keySet())
                .as("Prometheus reaches the port that the PodMonitor names")
                .contains(
                        "NetworkPolicy/metrics",
                        "PodMonitor/clamd-vproxy",
                        "PrometheusRule/clamd-vproxy");
        assertThat(comparable(chart.objects("open")).keySet())
                .noneMatch(each -> each.startsWith("NetworkPolicy"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"profile", "name", "image", "container", "line"})
    void aWrongValueIsRefused(String wrong) {
        assertThat(chart.error("wrong-" + wrong))
                .contains("don't meet the specifications of the schema");
    }
}
