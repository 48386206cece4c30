package clamd.vproxy.supervisor.commands.check;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.PolicySet;
import clamd.vproxy.supervisor.commands.options.ConfiguredClamd;
import clamd.vproxy.supervisor.commands.options.HostOptions;
import clamd.vproxy.supervisor.daemon.SharedClamds;
import clamd.vproxy.worker.clamd.conf.ClamdConf;
import clamd.vproxy.worker.clamd.conf.Finding;
import clamd.vproxy.worker.clamd.conf.LimitsAlignment;
import clamd.vproxy.worker.clamd.conf.ProxyLimits;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Compares the daemon's limits with clamd's. Static function only. */
public final class Alignment {
    private Alignment() {}

    /**
     * Compares what a policy file allows with each known clamd configuration.
     *
     * @return the findings by configuration file, in the clamds' order
     */
    public static Map<Path, List<Finding>> findings(
            PolicySet policies, List<ConfiguredClamd> clamds, HostOptions host) {
        Map<Path, List<Finding>> findings = new LinkedHashMap<>();
        for (ConfiguredClamd clamd : clamds) {
            clamd.conf()
                    .ifPresent(conf ->
                            findings.computeIfAbsent(
                                    clamd.confFile(),
                                    _ -> findings(policies.allLimits(), host, conf)));
        }
        return findings;
    }

    /**
     * Compares the most that any of {@code limits}, at least one, allows with one clamd's
     * configuration.
     */
    private static List<Finding> findings(
            Collection<Limits> limits, HostOptions host, ClamdConf clamd) {
        Optional<ClamdConf> conf = Optional.of(clamd);
        return LimitsAlignment.compare(
                new ProxyLimits(
                        host.maxUploads(conf),
                        SharedClamds.REQUEST_PLACES,
                        host.scanSlots(conf),
                        limits.stream().mapToInt(Limits::maxConnections).max().orElseThrow(),
                        limits.stream().mapToLong(Limits::maxStreamBytes).max().orElseThrow(),
                        limits.stream()
                                .map(Limits::readTimeout)
                                .max(Comparator.naturalOrder())
                                .orElseThrow(),
                        limits.stream()
                                .map(Limits::streamTimeout)
                                .max(Comparator.naturalOrder())
                                .orElseThrow()),
                clamd);
    }
}
