package clamd.vproxy.supervisor.kubernetes;

import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1EnvVar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How much memory the launcher lets the JVM take for its heap and its buffers. Stateless. */
final class JavaMemory {
    private static final Path OPTIONS = Path.of("src/main/launcher/java.options");
    private static final Pattern BOUND =
            Pattern.compile("-X(mx|X:MaxDirectMemorySize=)(?<number>\\d+)(?<unit>[mg])");

    private JavaMemory() {}

    /** Bytes, with what the container's environment changes: its options come later, and win. */
    static long of(V1Container container) throws IOException {
        String options =
                Objects.requireNonNullElse(container.getEnv(), List.<V1EnvVar>of()).stream()
                        .filter(each -> each.getName().equals("CLAMD_VPROXY_JAVA_OPTS"))
                        .map(V1EnvVar::getValue)
                        .findFirst()
                        .orElse("");
        String all = Files.readString(OPTIONS) + " " + options;
        return last(all, "mx") + last(all, "X:MaxDirectMemorySize=");
    }

    private static long last(String options, String name) {
        Matcher matcher = BOUND.matcher(options);
        return matcher.results()
                .filter(each -> each.group(1).equals(name))
                .reduce((earlier, later) -> later)
                .map(JavaMemory::bytes)
                .orElseThrow();
    }

    private static long bytes(MatchResult bound) {
        return Long.parseLong(bound.group("number")) << (bound.group("unit").equals("m") ? 20 : 30);
    }
}
