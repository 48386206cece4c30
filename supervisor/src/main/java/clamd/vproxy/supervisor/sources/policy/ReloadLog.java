package clamd.vproxy.supervisor.sources.policy;

import clamd.vproxy.policies.PolicyChange;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.sources.policy.ReloadOutcome.Loading;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the log lines about reloads. Immutable. */
final class ReloadLog {
    private static final Logger log = LoggerFactory.getLogger(PolicyReloader.class);

    /** How many problems one report lists; more would not help the reader. */
    private static final int MOST_PROBLEMS = 100;

    private final Path file;

    ReloadLog(Path file) {
        this.file = file;
    }

    void unchanged(PolicyRevision revision) {
        log.atInfo()
                .addKeyValue("revision", revision.label())
                .log("policy {} says what is in force already", file);
    }

    /** Writes one line for each guest whose limits changed, and a summary. */
    void replaced(Loading reload) {
        for (PolicyChange change : reload.swap().changes()) {
            log.atInfo()
                    .addKeyValue("domain", Guest.logName(change.guest().label()))
                    .addKeyValue("revision", reload.revision().label())
                    .log("policy changed for {}", change.line());
        }
        log.atInfo()
                .addKeyValue("revision", reload.revision().label())
                .addKeyValue("guests", reload.swap().guests())
                .addKeyValue("changed", reload.swap().changes().size())
                .addKeyValue("ms", reload.took().toMillis())
                .log("policy {} is in force", file);
    }

    void wrong(PolicyRevision inForce, List<String> problems) {
        log.atError()
                .addKeyValue("revision", inForce.label())
                .addKeyValue("problems", problems.size())
                .log("policy {} is wrong and changes nothing, the last good one stays", file);
        problems.stream().limit(MOST_PROBLEMS).forEach(line -> log.error("{}", line));
        if (problems.size() > MOST_PROBLEMS) {
            log.error("… clamd-vproxy policy check {} has all {}", file, problems.size());
        }
    }

    void correctAgain(PolicyRevision inForce) {
        log.atInfo()
                .addKeyValue("revision", inForce.label())
                .log("policy {} is correct again", file);
    }
}
