package clamd.vproxy.supervisor.cli;

import clamd.vproxy.policies.PolicySet;
import clamd.vproxy.supervisor.daemon.Supervisor;
import clamd.vproxy.worker.clamdconf.ClamdConf;
import clamd.vproxy.worker.clamdconf.Finding;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns in the log of policies that do not fit to clamd's configuration, as it was at the start. Of
 * the next policies it tells only what it has not told of those before. Confined to the start, then
 * to whoever reloads.
 */
final class AlignmentLog implements Consumer<PolicySet> {
    private static final Logger log = LoggerFactory.getLogger(AlignmentLog.class);

    private final Path confFile;
    private final Optional<ClamdConf> conf;
    private final int hostMaxUploads;
    private final int scanSlots;
    private List<Finding> told = List.of();

    AlignmentLog(Path confFile, Optional<ClamdConf> conf, int hostMaxUploads, int scanSlots) {
        this.confFile = confFile;
        this.conf = conf;
        this.hostMaxUploads = hostMaxUploads;
        this.scanSlots = scanSlots;
    }

    @Override
    public void accept(PolicySet policies) {
        conf.ifPresent(known ->
                tell(
                        Alignment.findings(
                                policies.allLimits(),
                                hostMaxUploads,
                                Supervisor.REQUEST_PLACES,
                                scanSlots,
                                known)));
    }

    private void tell(List<Finding> findings) {
        for (Finding finding : findings) {
            if (told.contains(finding)) {
                continue;
            }
            switch (finding.level()) {
                case WARNING -> log.warn("{}: {}", confFile, finding.line());
                case NOTE -> log.info("{}: {}", confFile, finding.line());
                case OK -> log.debug("{}: {}", confFile, finding.line());
            }
        }
        told = List.copyOf(findings);
    }
}
