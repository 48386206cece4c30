package clamd.vproxy.supervisor.commands.check;

import clamd.vproxy.policies.PolicySet;
import clamd.vproxy.policies.RuleWarning;
import clamd.vproxy.supervisor.commands.options.ConfiguredClamd;
import clamd.vproxy.supervisor.commands.options.HostOptions;
import clamd.vproxy.worker.clamd.conf.ClamdConf;
import clamd.vproxy.worker.clamd.conf.Finding;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs warnings about rules that probably match no guest, and about policies that do not fit the
 * clamds' configuration. After a change of either, it logs only new warnings. Thread-safe, guarded
 * by itself.
 */
public final class AlignmentLog implements Consumer<PolicySet> {
    private static final Logger log = LoggerFactory.getLogger(AlignmentLog.class);

    private final HostOptions host;

    @GuardedBy("this")
    private List<ConfiguredClamd> clamds;

    @GuardedBy("this")
    private Optional<PolicySet> last = Optional.empty();

    @GuardedBy("this")
    private Map<Path, List<Finding>> told = Map.of();

    @GuardedBy("this")
    private List<RuleWarning> toldOfRules = List.of();

    public AlignmentLog(List<ConfiguredClamd> clamds, HostOptions host) {
        this.clamds = clamds;
        this.host = host;
    }

    @Override
    public synchronized void accept(PolicySet policies) {
        last = Optional.of(policies);
        List<RuleWarning> ofRules = policies.warnings();
        List<RuleWarning> known = toldOfRules;
        ofRules.stream()
                .filter(warning -> !known.contains(warning))
                .forEach(warning -> log.warn("{}", warning.line()));
        toldOfRules = ofRules;
        Map<Path, List<Finding>> findings = Alignment.findings(policies, clamds, host);
        Map<Path, List<Finding>> before = told;
        findings.forEach(
                (file, ofFile) -> tell(file, ofFile, before.getOrDefault(file, List.of())));
        told = Map.copyOf(findings);
    }

    /** Logs new warnings after a change of a clamd's configuration file. */
    public synchronized void confChanged(Path file, ClamdConf conf) {
        clamds = clamds.stream().map(clamd -> clamd.withConf(file, conf)).toList();
        if (last.isPresent()) {
            accept(last.get());
        }
    }

    private static void tell(Path confFile, List<Finding> findings, List<Finding> told) {
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
    }
}
