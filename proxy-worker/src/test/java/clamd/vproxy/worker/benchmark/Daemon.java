package clamd.vproxy.worker.benchmark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** How a build of clamd-vproxy is started: guests of libvirt's test driver over hybrid vsock. */
final class Daemon {
    private Daemon() {}

    /**
     * Starts a daemon with guests named guest-1, guest-2, … and does not wait for it.
     *
     * @param place a folder for all that it needs
     * @param javaOptions besides the launcher's; may be empty
     */
    static Program start(Path place, Path launcher, String javaOptions, Path clamd, int guests)
            throws IOException {
        return start(
                place,
                launcher,
                javaOptions,
                clamd,
                guests,
                guests,
                """
                {"version": 1, "defaults": {"maxConnections": 1100, "commandTimeout": "5m",
                  "maxStreamSize": "2GiB", "maxChunkSize": "64MiB"}}
                """,
                Stream.concat(
                                Stream.of(
                                        "--host-max-connections=12000", "--host-max-uploads=1100"),
                                withoutMemory(launcher).stream())
                        .toList());
    }

    /** The load sends one content again and again, and the benchmark measures its way to clamd. */
    private static Optional<String> withoutMemory(Path launcher) throws IOException {
        String option = "--verdict-memory-entries";
        Process help =
                new ProcessBuilder(launcher.toString(), "--help").redirectErrorStream(true).start();
        String text = new String(help.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        // earlier builds have no memory
        return text.contains(option) ? Optional.of(option + "=0") : Optional.empty();
    }

    /** The log of a daemon that was started there; not where the policy is, which is watched. */
    static Path log(Path place) {
        return place.resolveSibling(place.getFileName() + ".log");
    }

    /**
     * Starts a daemon under a policy and with further options.
     *
     * @param alone how many of the guests are tenants of their own; the others are one tenant,
     *     where the build knows tenants
     */
    static Program start(
            Path place,
            Path launcher,
            String javaOptions,
            Path clamd,
            int guests,
            int alone,
            String policyText,
            List<String> options)
            throws IOException {
        Path node = Files.writeString(place.resolve("node.xml"), node(guests, alone));
        Path policy = Files.writeString(place.resolve("policy.json"), policyText);
        List<String> command =
                List.of(
                        launcher.toString(),
                        "--no-vsock",
                        "--hybrid-vsock=" + place.resolve("{name}"),
                        "--connect=test://" + node,
                        "--hook-spool=" + place.resolve("hook"),
                        "--state-file=" + place.resolve("usage.json"),
                        "--control-socket=" + place.resolve("control"),
                        "--clamd=" + clamd,
                        "--policy=" + policy);
        return Program.start(
                log(place),
                Stream.concat(command.stream(), options.stream()).toList(),
                Map.of("CLAMD_VPROXY_JAVA_OPTS", javaOptions));
    }

    private static String node(int guests, int alone) {
        String domains =
                IntStream.rangeClosed(1, guests)
                        .mapToObj(number -> domain(number, number <= alone))
                        .collect(Collectors.joining());
        return """
        <node>
          <cpu><mhz>2000</mhz><model>x</model><active>2</active><nodes>1</nodes>\
        <sockets>1</sockets><cores>2</cores><threads>1</threads></cpu>
          <memory>8000000</memory>
          %s
        </node>
        """
                .formatted(domains);
    }

    private static String domain(int number, boolean alone) {
        String tenant =
                "<metadata><vproxy:policy xmlns:vproxy='urn:clamd-vproxy:policy:1'"
                        + " tenant='crowd'/></metadata>";
        return "<domain type='test'><name>guest-"
                + number
                + "</name>"
                + (alone ? "" : tenant)
                + "<memory unit='MiB'>64</memory><os><type>hvm</type></os></domain>";
    }

    /** Where the daemon that was started in {@code place} listens for a guest, from 1. */
    static Path guestSocket(Path place, int guest) {
        return place.resolve("guest-" + guest + "_3400");
    }
}
