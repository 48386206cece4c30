package clamd.vproxy.supervisor.cli;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.PolicySet;
import clamd.vproxy.supervisor.daemon.Supervisor;
import clamd.vproxy.worker.clamdconf.ClamdConf;
import clamd.vproxy.worker.clamdconf.Finding;
import clamd.vproxy.worker.clamdconf.LimitsAlignment;
import clamd.vproxy.worker.clamdconf.ProxyLimits;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Our limits against clamd's. Static function only. */
final class Alignment {
    private Alignment() {}

    /**
     * Compares what a policy file allows with the configuration of the clamd in use.
     *
     * @return empty if that is not known
     * @throws CommandException if clamd's configuration cannot be read
     */
    static Optional<List<Finding>> findings(
            PolicySet policies, ClamdOptions clamd, HostOptions host) throws CommandException {
        Optional<ClamdConf> conf = clamd.configuration();
        return conf.map(known ->
                findings(
                        policies.allLimits(),
                        host.maxUploads(conf),
                        Supervisor.REQUEST_PLACES,
                        host.scanSlots(conf),
                        known));
    }

    /**
     * Compares the most that any of {@code limits} allows with clamd's configuration.
     *
     * @param limits of all guests that the policies can make; at least one
     * @param hostMaxUploads streams that may be open at clamd at once
     * @param hostMaxRequests PING and VERSION commands that may be open there besides
     * @param scanSlots streams that clamd may be scanning at once
     */
    static List<Finding> findings(
            Collection<Limits> limits,
            int hostMaxUploads,
            int hostMaxRequests,
            int scanSlots,
            ClamdConf clamd) {
        return LimitsAlignment.compare(
                new ProxyLimits(
                        hostMaxUploads,
                        hostMaxRequests,
                        scanSlots,
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
