package clamd.vproxy.supervisor.commands.options;

import clamd.vproxy.supervisor.daemon.ClamdSettings;
import clamd.vproxy.worker.clamd.ClamdTimes;
import clamd.vproxy.worker.clamd.SocketEndpoint;
import clamd.vproxy.worker.clamd.conf.ClamdConf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One clamd with what is known of its configuration. Immutable.
 *
 * @param endpoint where it listens
 * @param confFile where its configuration was looked for
 * @param conf its configuration; empty if none was named and the usual one is not this clamd's
 */
public record ConfiguredClamd(SocketEndpoint endpoint, Path confFile, Optional<ClamdConf> conf) {
    /** What the daemon is told of it. */
    public ClamdSettings settings(HostOptions host) {
        return new ClamdSettings(
                endpoint,
                host.maxUploads(conf),
                host.scanSlots(conf),
                host.lendableSlots(conf),
                conf.map(ClamdTimes::of).orElseGet(ClamdTimes::standard),
                conf.map(ClamdConf::largestHonestStream).orElse(Long.MAX_VALUE));
    }

    /** What to say of the way to it; empty if that leads through this host alone. */
    public Optional<String> warning() {
        return endpoint.isRemote()
                ? Optional.of(
                        "streams to clamd at %s, and its verdicts, travel in clear over the network: use a Unix socket, or a tunnel that ends on this host"
                                .formatted(endpoint))
                : Optional.empty();
    }

    /** What stands in its configuration now, or why that is not known. */
    public String confText() {
        if (conf.isEmpty()) {
            return "the configuration of " + endpoint + " is not known\n";
        }
        try {
            return "# " + confFile + "\n" + Files.readString(confFile);
        } catch (IOException e) {
            return "# " + confFile + " cannot be read any more: " + e.getMessage() + "\n";
        }
    }
}
