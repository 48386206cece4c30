package clamd.vproxy.hooks.install;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The real script with an empty spool of its own, to be run by one shell. */
final class HookRig {
    static final String XML = "<domain><name>v1</name></domain>\n";

    /** The script's own limit is below two seconds; the rest is for a machine under load. */
    static final Duration LIMIT = Duration.ofSeconds(4);

    final Path folder;
    final Path spool;
    private final String shell;

    HookRig(Path temporary, String shell) throws IOException {
        this.folder = temporary.toRealPath();
        this.spool = Files.createDirectory(folder.resolve("spool"));
        this.shell = shell;
    }

    HookRun run(Strictness strictness, String... arguments) throws Exception {
        return HookRun.of(command(strictness, arguments), XML);
    }

    List<String> command(Strictness strictness, String... arguments) throws IOException {
        return changed(strictness, text -> text, arguments);
    }

    /** The script as it is installed, but for its shell and what {@code change} makes of it. */
    List<String> changed(Strictness strictness, UnaryOperator<String> change, String... arguments)
            throws IOException {
        HookSettings settings = new HookSettings(spool.toString(), strictness);
        String text = HookScript.render(settings, "1.0").replaceFirst("#!.*", "#!" + shell);
        Path script = Files.writeString(folder.resolve("hook"), change.apply(text));
        Files.setPosixFilePermissions(script, Ownership.MODE);
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    static void assertSilent(HookRun run) {
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
    }

    List<Path> requests() throws IOException {
        try (Stream<Path> files = Files.list(spool)) {
            return files.filter(file -> file.toString().endsWith(".request")).toList();
        }
    }

    void assertOnlyTheBellIsLeft() {
        assertThat(spool.toFile().list()).containsExactly("bell");
    }
}
