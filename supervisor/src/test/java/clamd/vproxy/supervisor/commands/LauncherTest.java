package clamd.vproxy.supervisor.commands;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launchers, with a java that prints its environment and its arguments. */
class LauncherTest {
    private static final List<String> FOREIGN =
            List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH");

    @TempDir private Path home;

    @BeforeEach
    void layOut() throws IOException {
        Path java = Files.createDirectories(home.resolve("runtime/bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\nenv\nprintf '<%s>\\n' \"$@\"\n");
        executable(java);
        Files.writeString(home.resolve("runtime/release"), "JAVA_VERSION=\"25.0.1\"\n");
        Files.createDirectories(home.resolve("bin"));
        Files.createDirectories(home.resolve("lib"));
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private List<String> run(String kind, String... arguments) throws Exception {
        Path launcher = home.resolve("bin/clamd-vproxy");
        Files.copy(Path.of("src/main", kind, "clamd-vproxy"), launcher);
        executable(launcher);
        ProcessBuilder builder = new ProcessBuilder(launcher.toString());
        builder.command().addAll(List.of(arguments));
        FOREIGN.forEach(name -> builder.environment().put(name, "-javaagent:/opt/agent.jar"));
        builder.environment().put("JAVA_HOME", home.resolve("runtime").toString());
        Process process = builder.redirectErrorStream(true).start();
        List<String> lines =
                new String(process.getInputStream().readAllBytes(), UTF_8).lines().toList();
        assertThat(process.waitFor()).isZero();
        return lines;
    }

    @ParameterizedTest
    @ValueSource(strings = {"image", "launcher"})
    void javaOptionsOfOthersAreNotPassedOn(String kind) throws Exception {
        List<String> lines = run(kind, "guest", "--", "@a b");
        assertThat(lines)
                .noneMatch(line -> FOREIGN.stream().anyMatch(name -> line.startsWith(name + "=")));
        assertThat(lines).noneMatch(line -> line.contains("javaagent"));
        assertThat(lines.subList(lines.size() - 3, lines.size()))
                .containsExactly("<guest>", "<-->", "<@a b>");
    }

    @Test
    void nativeLibrariesAreLoadedFromBesideTheJars() throws Exception {
        Path lib = home.toRealPath().resolve("lib");
        Path jna = lib.resolve("native/com/sun/jna");
        for (String platform : List.of("linux-x86-64", "linux-aarch64")) {
            Path folder = Files.createDirectories(jna.resolve(platform));
            Files.createFile(folder.resolve("libjnidispatch.so"));
        }
        for (String platform : List.of("amd64-Linux-clang", "aarch64-Linux-clang")) {
            Path folder =
                    Files.createDirectories(
                            lib.resolve("native/lib").resolve(platform).resolve("jni"));
            Files.createFile(folder.resolve("libjunixsocket-native-2.11.1.so"));
        }
        assertThat(run("launcher", "--version"))
                .anyMatch(line -> line.startsWith("<-Djna.boot.library.path=" + jna + "/linux-"))
                .anyMatch(line ->
                        line.startsWith("<-Dorg.newsclub.net.unix.library.override=" + lib));
    }

    @Test
    void withoutNativeLibrariesOfThisMachineTheyAreUnpacked() throws Exception {
        assertThat(run("launcher", "--version")).noneMatch(line -> line.contains("jna.boot"));
    }

    @Test
    void anArchiveOfClassesThatDoesNotFitIsNoNews() throws Exception {
        assertThat(Files.readAllLines(Path.of("src/main/launcher/java.options")))
                .contains("-Xlog:all=warning,cds*=off,aot*=off,class+path*=off:stderr");
    }
}
