package clamd.vproxy.supervisor.commands.options;

import clamd.vproxy.supervisor.base.threads.SystemClock;
import clamd.vproxy.supervisor.daemon.ClamdSettings;
import clamd.vproxy.worker.clamd.Clamd;
import clamd.vproxy.worker.clamd.ClamdTimes;
import clamd.vproxy.worker.clamd.SignatureVersion;
import clamd.vproxy.worker.clamd.SocketEndpoint;
import clamd.vproxy.worker.clamd.conf.ClamdConf;
import clamd.vproxy.worker.clamd.conf.FollowedConf;
import clamd.vproxy.worker.memory.LoadedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * One clamd with its known configuration. Immutable.
 *
 * @param endpoint where it listens
 * @param confFile the file that was searched for its configuration
 * @param conf its configuration; empty if none was named and the usual one is not this clamd's
 */
public record ConfiguredClamd(SocketEndpoint endpoint, Path confFile, Optional<ClamdConf> conf) {
    /**
     * Returns the daemon's settings for this clamd; the largest honest stream follows the file.
     *
     * @param confChanged takes each configuration that sets another largest honest stream
     */
    public ClamdSettings settings(HostOptions host, BiConsumer<Path, ClamdConf> confChanged) {
        Optional<FollowedConf> followed =
                conf.map(first ->
                        new FollowedConf(
                                endpoint.toString(),
                                confFile,
                                first,
                                changed -> confChanged.accept(confFile, changed)));
        return new ClamdSettings(
                endpoint,
                host.maxUploads(conf),
                host.scanSlots(conf),
                host.lendableSlots(conf),
                conf.map(ClamdTimes::of).orElseGet(ClamdTimes::standard),
                followed.<LongSupplier>map(conf -> conf::largestHonestStream)
                        .orElse(() -> Long.MAX_VALUE),
                followed.<Clamd.Watcher>map(conf -> conf::answered).orElse(Clamd.Watcher.NONE),
                conf.<Function<SignatureVersion, Optional<Object>>>map(first ->
                                new LoadedFiles(
                                                endpoint.toString(),
                                                confFile,
                                                first,
                                                SystemClock.utc())
                                        ::seen)
                        .orElse(LoadedFiles::unseen));
    }

    /** Returns this clamd with another configuration if {@code file} is this clamd's. */
    public ConfiguredClamd withConf(Path file, ClamdConf changed) {
        return confFile.equals(file)
                ? new ConfiguredClamd(endpoint, confFile, Optional.of(changed))
                : this;
    }

    /** Returns a warning about the route to this clamd; empty if it does not leave this host. */
    public Optional<String> warning() {
        return endpoint.isRemote()
                ? Optional.of(
                        "streams to clamd at %s, and its verdicts, travel in clear over the network: use a Unix socket, or a tunnel that ends on this host"
                                .formatted(endpoint))
                : Optional.empty();
    }

    /** Returns the current text of its configuration, or why that is not known. */
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
