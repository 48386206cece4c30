package clamd.vproxy.supervisor.commands;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.kubernetes.Manifests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the pods of the DaemonSet are started with. */
class PodOptionsTest {
    private static List<String> arguments() throws IOException {
        Path file = Manifests.SOURCES.resolve("base/daemonset.yaml");
        var spec = Objects.requireNonNull(Manifests.read(file).daemonSet().getSpec());
        var pod = Objects.requireNonNull(spec.getTemplate().getSpec());
        return Objects.requireNonNull(pod.getContainers().getFirst().getArgs());
    }

    @Test
    void theOptionsOfThePodAreUnderstood() throws Exception {
        Main.commandLine().parseArgs(arguments().toArray(String[]::new));
        assertThat(arguments()).hasSizeGreaterThan(5);
    }

    static List<Path> configurations() throws IOException {
        try (Stream<Path> files = Files.walk(Manifests.SOURCES)) {
            return files.filter(each -> each.endsWith("conf/clamd.conf")).toList();
        }
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void theConfigurationOfClamdFitsToThePolicy(Path clamdConf) {
        Outcome check =
                Outcome.of(
                        "check",
                        "--clamd=/run/clamav/clamd.sock",
                        "--clamd-conf=" + clamdConf,
                        "--policy=" + clamdConf.resolveSibling("policy.json"));
        // that clamd listens on the pod's address is what the NetworkPolicy is for
        assertThat(check.out())
                .filteredOn(line -> line.contains("WARN"))
                .allSatisfy(line -> assertThat(line).contains("TCPSocket 3310 on 0.0.0.0"));
        assertThat(check.out()).anySatisfy(line -> assertThat(line).contains("DisableCache yes"));
        assertThat(check.err()).isEmpty();
    }
}
