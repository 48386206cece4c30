package clamd.vproxy.supervisor.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/** Prometheus' own checker, of Debian's package prometheus. Static function only. */
public final class Promtool {
    private Promtool() {}

    /** Has it do its work with this on its standard input; fails if it finds anything. */
    public static void passes(String input, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("promtool"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        Thread writer =
                Thread.ofPlatform()
                        .daemon()
                        .start(() -> {
                            try (OutputStream in = process.getOutputStream()) {
                                in.write(input.getBytes(UTF_8));
                            } catch (java.io.IOException _) {
                                // it has read enough; what it says tells why
                            }
                        });
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        writer.join();
    }
}
