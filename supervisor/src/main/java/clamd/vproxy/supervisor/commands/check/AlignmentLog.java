package clamd.vproxy.supervisor.commands.check;

import clamd.vproxy.policies.PolicySet;
import clamd.vproxy.policies.RuleWarning;
import clamd.vproxy.supervisor.commands.options.ConfiguredClamd;
import clamd.vproxy.supervisor.commands.options.HostOptions;
import clamd.vproxy.worker.clamd.conf.Finding;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns in the log of rules that probably match no guest, and of policies that do not fit to the
 * clamds' configuration, as it was at the start. Of the next policies it tells only what it has not
 * told of those before. Confined to the start, then to whoever reloads.
 */
public final class AlignmentLog implements Consumer<PolicySet> {
    private static final Logger log = LoggerFactory.getLogger(AlignmentLog.class);

    private final List<ConfiguredClamd> clamds;
    private final HostOptions host;
    private Map<Path, List<Finding>> told = Map.of();
    private List<RuleWarning> toldOfRules = List.of();

    public AlignmentLog(List<ConfiguredClamd> clamds, HostOptions host) {
        this.clamds = clamds;
        this.host = host;
    }

    @Override
    public void accept(PolicySet policies) {
        List<RuleWarning> ofRules = policies.warnings();
        ofRules.stream()
                .filter(warning -> !toldOfRules.contains(warning))
                .forEach(warning -> log.warn("{}", warning.line()));
        toldOfRules = ofRules;
        Map<Path, List<Finding>> findings = Alignment.findings(policies, clamds, host);
        findings.forEach((file, ofFile) -> tell(file, ofFile, told.getOrDefault(file, List.of())));
        told = Map.copyOf(findings);
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
