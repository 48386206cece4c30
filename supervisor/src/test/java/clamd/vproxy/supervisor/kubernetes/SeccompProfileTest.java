package clamd.vproxy.supervisor.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/**
 * The profile, rule by rule. No socket is opened here: what a filter of these rules does with
 * AF_VSOCK only a VM may find out.
 */
class SeccompProfileTest {
    private static final Path PROFILE = Manifests.SOURCES.resolve("base/conf/seccomp-profile.json");

    /** Podman's default, in Debian's golang-github-containers-common. */
    private static final Path DEFAULT = Path.of("/usr/share/containers/seccomp.json");

    private static final int AF_ALG = 38;
    private static final int AF_VSOCK = 40;

    private static List<JsonObject> rules(Path profile) throws IOException {
        return StreamSupport.stream(read(profile).getAsJsonArray("syscalls").spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .toList();
    }

    private static JsonObject read(Path profile) throws IOException {
        return Objects.requireNonNull(
                new Gson().fromJson(Files.readString(profile), JsonObject.class));
    }

    private static boolean names(JsonObject rule, String call) {
        return StreamSupport.stream(rule.getAsJsonArray("names").spliterator(), false)
                .anyMatch(each -> each.getAsString().equals(call));
    }

    private static boolean allows(JsonObject rule) {
        return rule.get("action").getAsString().equals("SCMP_ACT_ALLOW");
    }

    @Test
    void opensSocketsOfEveryFamilyThatTheRuntimesAllowAndOfVsock() throws Exception {
        List<JsonObject> socket =
                rules(PROFILE).stream().filter(each -> names(each, "socket")).toList();
        assertThat(socket).allMatch(SeccompProfileTest::allows).hasSize(4);
        // containerd and Docker refuse these two by default
        Set<Integer> refusedByDefault = Set.of(AF_ALG, AF_VSOCK);
        List<Integer> added =
                IntStream.range(0, 64)
                        .filter(family -> refusedByDefault.contains(family))
                        .filter(family -> socket.stream().anyMatch(rule -> matches(rule, family)))
                        .boxed()
                        .toList();
        assertThat(added).containsExactly(AF_VSOCK);
        assertThat(IntStream.range(0, 64).filter(family -> !refusedByDefault.contains(family)))
                .allMatch(family -> socket.stream().anyMatch(rule -> matches(rule, family)));
    }

    private static boolean matches(JsonObject rule, long family) {
        JsonObject test = rule.getAsJsonArray("args").get(0).getAsJsonObject();
        assertThat(test.get("index").getAsInt()).isZero();
        long value = test.get("value").getAsLong();
        return switch (test.get("op").getAsString()) {
            case "SCMP_CMP_LT" -> family < value;
            case "SCMP_CMP_EQ" -> family == value;
            case "SCMP_CMP_GT" -> family > value;
            default -> throw new AssertionError("not expected: " + test);
        };
    }

    @Test
    void saysNothingThatARuntimeWouldOverlook() throws Exception {
        // containerd reads the form of the OCI runtime; of what else Docker's own form knows, it
        // takes no notice, and a rule meant for one capability would hold for everybody
        JsonObject profile = read(PROFILE);
        assertThat(profile.keySet())
                .containsExactlyInAnyOrder(
                        "defaultAction", "defaultErrnoRet", "architectures", "syscalls");
        assertThat(profile.get("defaultAction").getAsString()).isEqualTo("SCMP_ACT_ERRNO");
        assertThat(rules(PROFILE))
                .allSatisfy(rule ->
                        assertThat(Set.of("names", "action", "args", "errnoRet"))
                                .containsAll(rule.keySet()));
        // 32-bit programs would go past the rule of socket() by socketcall()
        assertThat(profile.getAsJsonArray("architectures").toString())
                .isEqualTo("[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_AARCH64\"]");
    }

    @Test
    void allowsNothingThatTheDefaultKeepsForCapabilities() throws Exception {
        assertThat(allowedCalls(rules(PROFILE)))
                .contains("accept4", "inotify_add_watch", "mknodat")
                .doesNotContain(
                        "mount",
                        "umount2",
                        "unshare",
                        "setns",
                        "bpf",
                        "ptrace",
                        "perf_event_open",
                        "kexec_load",
                        "init_module",
                        "keyctl",
                        "userfaultfd",
                        "io_uring_setup",
                        "process_vm_writev",
                        "open_by_handle_at",
                        "reboot",
                        "socketcall");
    }

    @Test
    void allowsNothingThatPodmansDefaultDoesNot() throws Exception {
        // it comes with podman, which only the container image needs; CI installs it first
        assumeTrue(Files.exists(DEFAULT), DEFAULT + " is not installed");
        assertThat(allowedCalls(rules(DEFAULT))).containsAll(allowedCalls(rules(PROFILE)));
    }

    private static Set<String> allowedCalls(List<JsonObject> rules) {
        Set<String> names = new TreeSet<>();
        rules.stream()
                .filter(SeccompProfileTest::allows)
                .filter(rule -> !isFor(rule, "caps"))
                .map(rule -> rule.getAsJsonArray("names"))
                .forEach(each -> names.addAll(texts(each)));
        return names;
    }

    private static boolean isFor(JsonObject rule, String what) {
        return rule.has("includes") && rule.getAsJsonObject("includes").has(what);
    }

    private static List<String> texts(JsonArray array) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.getAsString()));
        return texts;
    }
}
