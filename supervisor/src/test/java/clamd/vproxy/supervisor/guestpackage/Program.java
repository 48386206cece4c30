package clamd.vproxy.supervisor.guestpackage;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A program of the guests' package, or one of a guest that uses it. */
final class Program {
    private static final Path SOURCES = Path.of("src/main/guest").toAbsolutePath();

    /** How a program ended, and what it printed, errors among the rest. */
    record Result(int status, String output) {}

    private Program() {}

    /** The path of one of the package's files in the sources. */
    static Path source(String name) {
        return SOURCES.resolve(name);
    }

    /** A process of this command, for which the host is at this Unix socket. */
    static ProcessBuilder at(Path host, List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("CLAMD_VPROXY_HOST", "UNIX-CONNECT:" + host);
        return builder.redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
    }

    /** Waits for the end of this process. */
    static Result run(ProcessBuilder builder) throws IOException, InterruptedException {
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Result(process.waitFor(), output);
    }
}
