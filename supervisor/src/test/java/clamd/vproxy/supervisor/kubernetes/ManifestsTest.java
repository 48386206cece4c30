package clamd.vproxy.supervisor.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each file by itself; needs no tool. */
class ManifestsTest {
    /** Whole objects; the others are patches, which say only what differs. */
    static List<Path> wholeObjects() throws IOException {
        try (Stream<Path> files = Files.walk(Manifests.SOURCES)) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .filter(file -> !file.endsWith("kustomization.yaml"))
                    .filter(file -> !file.startsWith(HelmChart.SOURCES))
                    .filter(file -> !isPatch(file))
                    .toList();
        }
    }

    private static boolean isPatch(Path file) {
        return !file.startsWith(Manifests.SOURCES.resolve("base"))
                && !file.getFileName().toString().equals("network-policy.yaml");
    }

    @ParameterizedTest
    @MethodSource("wholeObjects")
    void everyFileFitsTheKubernetesApi(Path file) throws Exception {
        assertThat(Manifests.read(file).problems()).isEmpty();
    }

    @Test
    void thePrometheusRuleHasExactlyTheAlerts() throws Exception {
        Manifests rule =
                Manifests.read(
                        Manifests.SOURCES.resolve(
                                "components/prometheus-rule/prometheus-rule.yaml"));
        Manifests alerts = Manifests.read(Path.of("src/main/monitoring/alerts.yml"));
        assertThat(rule.objects().getFirst().get("spec"))
                .as("the groups of alerts.yml, two spaces further in")
                .isEqualTo(alerts.objects().getFirst());
    }

    @Test
    void thePodMonitorScrapesThePortThatThePodNames() throws Exception {
        String monitor =
                Files.readString(
                        Manifests.SOURCES.resolve("components/pod-monitor/pod-monitor.yaml"));
        assertThat(monitor).contains("- port: http\n");
        assertThat(Files.readString(Manifests.SOURCES.resolve("base/daemonset.yaml")))
                .contains("{name: http, containerPort: 9810}");
    }

    @ParameterizedTest
    @CsvSource({
        "failureThreshold, failureTreshold",
        "mountPath, mountpath",
        "runAsNonRoot\":true, runAsNonRoot\":\"yes\"",
        "runAsUser\":100, runAsUser\":\"clamav\"",
        "drop\":[\"ALL\"], drop\":\"ALL\"",
        "emptyDir, emptyDirectory",
        "\"matchLabels\", \"matchLabel\"",
        "\"selector\", \"selectors\"",
    })
    void aWrongFieldOrValueIsFound(String right, String wrong) throws Exception {
        Manifests base = Manifests.read(Manifests.SOURCES.resolve("base/daemonset.yaml"));
        assertThat(base.replacing(right, wrong)).as("something to replace").isNotEqualTo(base);
        assertThat(base.replacing(right, wrong).problems()).isNotEmpty();
    }

    @Test
    void aWrongNetworkIsFound() throws Exception {
        Manifests policies = Manifests.read(Manifests.SOURCES.resolve("base/network-policy.yaml"));
        assertThat(policies.replacing("cidr", "cdir").problems()).isNotEmpty();
        assertThat(policies.replacing("\"port\":443", "\"port\":[443]").problems()).isNotEmpty();
    }
}
