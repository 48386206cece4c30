package clamd.vproxy.supervisor.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.worker.clamd.conf.ClamdConf;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1Probe;
import io.kubernetes.client.openapi.models.V1SecurityContext;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1Volume;
import io.kubernetes.client.openapi.models.V1VolumeMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What kubectl makes of the base, the overlays and the components, as the cluster would see it. */
class OverlaysTest {
    private static final Map<List<String>, Manifests> RENDERED = new HashMap<>();

    private static TemporaryFolder folder;

    @BeforeAll
    static void copyTheSources() throws Exception {
        // Debian 12 has none that knows components (1.21), so a build cannot ask for its package
        assumeTrue(Manifests.canRender(), "kubectl is not installed: no overlay is checked");
        folder = TemporaryFolder.create();
        copy();
    }

    private static void copy() throws IOException {
        try (Stream<Path> files = Files.walk(Manifests.SOURCES)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = folder.path().resolve(Manifests.SOURCES.relativize(file).toString());
                Files.createDirectories(Objects.requireNonNull(copy.getParent()));
                Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    @AfterAll
    static void removeTheCopy() throws IOException {
        if (folder != null) {
            folder.close();
        }
    }

    static List<List<String>> combinations() {
        return List.of(
                List.of("base"),
                List.of("overlays/low-volume"),
                List.of("overlays/high-volume"),
                List.of("overlays/low-volume", "metrics"),
                List.of(
                        "overlays/high-volume",
                        "keep-usage",
                        "metrics",
                        "pod-monitor",
                        "prometheus-rule"),
                List.of("overlays/high-volume", "host-network", "metrics"));
    }

    /** A base or overlay alone, or with components on top, as an operator would combine them. */
    private static Manifests rendered(List<String> combination) throws Exception {
        Manifests known = RENDERED.get(combination);
        if (known == null) {
            known = render(combination);
            RENDERED.put(combination, known);
        }
        return known;
    }

    private static Manifests render(List<String> combination) throws Exception {
        if (combination.size() == 1) {
            return Manifests.render(folder.path().resolve(combination.getFirst()));
        }
        Path own = Files.createDirectories(folder.path().resolve("overlays/own"));
        String components =
                combination.stream()
                        .skip(1)
                        .map(each -> "  - ../../components/" + each + "\n")
                        .collect(Collectors.joining());
        Files.writeString(
                own.resolve("kustomization.yaml"),
                """
                apiVersion: kustomize.config.k8s.io/v1beta1
                kind: Kustomization
                namespace: clamd-vproxy
                resources:
                  - ../../%s
                components:
                %s\
                """
                        .formatted(combination.getFirst(), components));
        return Manifests.render(own);
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void fitsTheKubernetesApiAndLivesInOneNamespace(List<String> combination) throws Exception {
        Manifests manifests = rendered(combination);
        assertThat(manifests.problems()).isEmpty();
        assertThat(manifests.objects())
                .filteredOn(each -> !each.get("kind").getAsString().equals("Namespace"))
                .allSatisfy(each ->
                        assertThat(each.getAsJsonObject("metadata").get("namespace").getAsString())
                                .isEqualTo("clamd-vproxy"));
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void everyMountHasItsVolumeAndEveryVolumeItsConfigMap(List<String> combination)
            throws Exception {
        Manifests manifests = rendered(combination);
        Set<String> maps =
                manifests.all(V1ConfigMap.class, "ConfigMap").stream()
                        .map(Manifests::nameOf)
                        .collect(Collectors.toSet());
        List<V1Volume> volumes = given(manifests.pod().getVolumes());
        assertThat(volumes)
                .filteredOn(volume -> volume.getConfigMap() != null)
                .hasSize(4)
                .allSatisfy(volume ->
                        assertThat(maps).contains(given(volume.getConfigMap()).getName()));
        assertThat(containers(manifests.pod()))
                .flatExtracting(each -> given(each.getVolumeMounts()))
                .extracting(V1VolumeMount::getName)
                .isSubsetOf(volumes.stream().map(V1Volume::getName).toList());
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void signaturesComeBeforeClamdAndClamdBeforeTheProxy(List<String> combination)
            throws Exception {
        V1PodSpec pod = rendered(combination).pod();
        assertThat(given(pod.getInitContainers()))
                .extracting(V1Container::getName)
                .containsExactly("seccomp-profile", "signatures", "clamd", "freshclam");
        assertThat(given(pod.getInitContainers()))
                .extracting(V1Container::getRestartPolicy)
                .containsExactly(null, null, "Always", "Always");
        assertThat(pod.getContainers())
                .extracting(V1Container::getName)
                .containsExactly("clamd-vproxy");
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void noContainerHasMoreRightsThanItNeeds(List<String> combination) throws Exception {
        V1PodSpec pod = rendered(combination).pod();
        var all = given(pod.getSecurityContext());
        assertThat(all.getRunAsNonRoot()).isTrue();
        assertThat(all.getRunAsUser()).isEqualTo(100);
        assertThat(all.getRunAsGroup()).isEqualTo(101);
        assertThat(given(all.getSeccompProfile()).getType()).isEqualTo("RuntimeDefault");
        assertThat(pod.getAutomountServiceAccountToken()).isFalse();
        assertThat(containers(pod))
                .hasSize(5)
                .allSatisfy(container -> {
                    V1SecurityContext context = given(container.getSecurityContext());
                    assertThat(context.getAllowPrivilegeEscalation()).isFalse();
                    assertThat(context.getReadOnlyRootFilesystem()).isTrue();
                    assertThat(context.getPrivileged()).isNull();
                    assertThat(given(context.getCapabilities()).getDrop()).containsExactly("ALL");
                    assertThat(given(context.getCapabilities()).getAdd()).isNullOrEmpty();
                });
        assertThat(containers(pod))
                .filteredOn(each -> given(each.getSecurityContext()).getRunAsUser() != null)
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.getName()).isEqualTo("seccomp-profile");
                    assertThat(given(each.getVolumeMounts()))
                            .extracting(V1VolumeMount::getName)
                            .containsExactly("seccomp-profile", "seccomp-profiles");
                });
        assertThat(containers(pod))
                .filteredOn(each -> given(each.getSecurityContext()).getSeccompProfile() != null)
                .singleElement()
                .satisfies(each -> {
                    var profile = given(given(each.getSecurityContext()).getSeccompProfile());
                    assertThat(each.getName()).isEqualTo("clamd-vproxy");
                    assertThat(profile.getType()).isEqualTo("Localhost");
                    assertThat(profile.getLocalhostProfile())
                            .isEqualTo("profiles/clamd-vproxy.json");
                });
        assertThat(containers(pod))
                .flatExtracting(each -> given(each.getVolumeMounts()))
                .filteredOn(mount -> mount.getMountPath().equals("/run/libvirt"))
                .singleElement()
                .satisfies(mount -> assertThat(mount.getReadOnly()).isTrue());
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void everyContainerAsksForMemoryAndHasALimit(List<String> combination) throws Exception {
        V1PodSpec pod = rendered(combination).pod();
        assertThat(containers(pod))
                .allSatisfy(container -> {
                    var resources = given(container.getResources());
                    assertThat(given(resources.getRequests())).containsKeys("cpu", "memory");
                    assertThat(given(resources.getLimits())).containsKey("memory");
                    if (container.getName().matches("clamd|freshclam")) {
                        assertThat(resources.getLimits()).containsKey("cpu");
                    }
                });
        V1Container proxy = pod.getContainers().getFirst();
        long bytes =
                given(given(given(proxy.getResources()).getLimits()).get("memory"))
                        .getNumber()
                        .longValue();
        assertThat(JavaMemory.of(proxy)).as("heap and buffers").isLessThan(bytes * 4 / 5);
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void probesSurviveALongLoadOfTheSignatures(List<String> combination) throws Exception {
        V1Container clamd = container(rendered(combination).pod(), "clamd");
        assertThat(patience(clamd.getStartupProbe()))
                .isGreaterThanOrEqualTo(Duration.ofMinutes(10));
        assertThat(patience(clamd.getLivenessProbe()))
                .isGreaterThanOrEqualTo(Duration.ofMinutes(10));
        assertThat(patience(clamd.getReadinessProbe())).isLessThanOrEqualTo(Duration.ofMinutes(1));
    }

    private static Duration patience(@Nullable V1Probe probe) {
        return Duration.ofSeconds(
                given(given(probe).getPeriodSeconds()) * given(given(probe).getFailureThreshold()));
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void oneNodeAfterTheOtherIsUpdated(List<String> combination) throws Exception {
        var strategy =
                given(given(rendered(combination).daemonSet().getSpec()).getUpdateStrategy());
        assertThat(strategy.getType()).isEqualTo("RollingUpdate");
        assertThat(given(given(strategy.getRollingUpdate()).getMaxUnavailable()).getIntValue())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void whereNetworkPoliciesDoNotHoldClamdIsOnNoNetwork(List<String> combination)
            throws Exception {
        Manifests manifests = rendered(combination);
        List<V1Service> services = manifests.all(V1Service.class, "Service");
        V1Container clamd = container(manifests.pod(), "clamd");
        if (given(manifests.pod().getHostNetwork())) {
            assertThat(services).isEmpty();
            assertThat(clamd.getPorts()).isNullOrEmpty();
            assertThat(String.join(" ", given(clamd.getCommand()))).contains("grep -v '^TCP'");
        } else {
            assertThat(services)
                    .singleElement()
                    .satisfies(service -> {
                        var spec = given(service.getSpec());
                        assertThat(spec.getType()).isEqualTo("ClusterIP");
                        assertThat(given(spec.getPorts()).getFirst().getPort()).isEqualTo(3310);
                        assertThat(labels(manifests))
                                .containsAllEntriesOf(given(spec.getSelector()));
                    });
        }
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void thePodsReachAndAreReachedByAllowedPeersOnly(List<String> combination) throws Exception {
        List<V1NetworkPolicy> policies =
                rendered(combination).all(V1NetworkPolicy.class, "NetworkPolicy");
        assertThat(policies)
                .filteredOn(each -> "nothing-else".equals(given(each.getMetadata()).getName()))
                .singleElement()
                .satisfies(each -> {
                    var spec = given(each.getSpec());
                    assertThat(given(spec.getPolicyTypes()))
                            .containsExactlyInAnyOrder("Ingress", "Egress");
                    assertThat(given(spec.getPodSelector()).getMatchLabels())
                            .as("other pods of the namespace are left alone")
                            .containsOnly(Map.entry("app.kubernetes.io/name", "clamd-vproxy"));
                    assertThat(spec.getIngress()).isNullOrEmpty();
                    assertThat(spec.getEgress()).isNullOrEmpty();
                });
        // every other one names its peers and ports: an empty list would mean everybody
        assertThat(policies)
                .flatExtracting(each -> listOf(given(each.getSpec()).getIngress()))
                .isNotEmpty()
                .allSatisfy(rule -> {
                    assertThat(given(rule.getFrom())).isNotEmpty();
                    assertThat(given(rule.getPorts())).isNotEmpty();
                });
        assertThat(policies)
                .flatExtracting(each -> listOf(given(each.getSpec()).getEgress()))
                .isNotEmpty()
                .allSatisfy(rule -> {
                    assertThat(given(rule.getTo())).isNotEmpty();
                    assertThat(given(rule.getPorts())).isNotEmpty();
                });
    }

    private static ClamdConf clamdConf(Manifests manifests) throws Exception {
        Path file = folder.path().resolve("clamd.conf");
        Files.writeString(file, manifests.file("clamd-conf", "clamd.conf"));
        return ClamdConf.read(file);
    }

    @Test
    void anEditOfClamdConfRollsTheDaemonSetOutAndTheOthersReachRunningPods() throws Exception {
        Path base = folder.path().resolve("base");
        Manifests before = rendered(List.of("base"));
        append(base.resolve("conf/freshclam.conf"), "# edited\n");
        append(base.resolve("conf/policy.json"), "\n");
        Manifests live = Manifests.render(base);
        assertThat(live.daemonSet()).isEqualTo(before.daemonSet());
        assertThat(live.file("freshclam-conf", "freshclam.conf")).endsWith("# edited\n");
        append(base.resolve("conf/clamd.conf"), "# edited\n");
        assertThat(Manifests.render(base).daemonSet()).isNotEqualTo(before.daemonSet());
        copy();
    }

    private static void append(Path file, String text) throws IOException {
        Files.writeString(file, Files.readString(file) + text);
    }

    @Test
    void theOverlaysDifferInWhatAVolumeNeeds() throws Exception {
        Manifests low = rendered(List.of("overlays/low-volume"));
        Manifests high = rendered(List.of("overlays/high-volume"));
        assertThat(clamdConf(low).maxThreads()).isEqualTo(4);
        assertThat(clamdConf(high).maxThreads()).isEqualTo(24);
        assertThat(low.file("clamd-conf", "clamd.conf")).contains("ConcurrentDatabaseReload no");
        assertThat(high.file("clamd-conf", "clamd.conf")).contains("ConcurrentDatabaseReload yes");
        assertThat(low.file("freshclam-conf", "freshclam.conf")).contains("\nChecks 2\n");
        assertThat(high.file("freshclam-conf", "freshclam.conf")).contains("\nChecks 4\n");
    }

    private static Map<String, String> labels(Manifests manifests) {
        var template = given(manifests.daemonSet().getSpec()).getTemplate();
        return given(given(template.getMetadata()).getLabels());
    }

    private static List<V1Container> containers(V1PodSpec pod) {
        return Stream.concat(given(pod.getInitContainers()).stream(), pod.getContainers().stream())
                .toList();
    }

    private static V1Container container(V1PodSpec pod, String name) {
        return containers(pod).stream()
                .filter(each -> each.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static <T> List<T> listOf(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    private static <T> T given(@Nullable T value) {
        return Objects.requireNonNull(value, "not given in the manifest");
    }
}
