package clamd.vproxy.supervisor.reports.status;

import clamd.vproxy.supervisor.reports.status.HealthReport.Check;
import clamd.vproxy.supervisor.sources.libvirt.LibvirtState;
import clamd.vproxy.supervisor.sources.policy.PolicyStatus;
import clamd.vproxy.worker.clamd.ClamdStatus;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whether the daemon lives, and whether guests can be served. Thread-safe. */
public record Health(DaemonParts parts) {
    /** The watchdog looks ten times a second; this much later it does not any more. */
    static final Duration LONGEST_WATCHDOG_TURN = Duration.ofSeconds(10);

    /** Whether the daemon still does what only a restart would mend. */
    public HealthReport live() {
        Duration since = parts.sinceWatchdog().get();
        return new HealthReport(
                "livez",
                List.of(
                        Check.failingIf(
                                since.compareTo(LONGEST_WATCHDOG_TURN) > 0,
                                "watchdog",
                                "no look at the sessions for " + since.toSeconds() + " s")));
    }

    /**
     * Whether a guest that comes now is served. libvirt may be away: whoever is known is served. A
     * policy file that is wrong changes nothing, so it is said and no more.
     */
    public HealthReport ready() {
        return new HealthReport("readyz", List.of(accepting(), clamd(), libvirt(), policy()));
    }

    private Check accepting() {
        return Check.failingIf(
                !parts.phase().isServing(),
                "accepting",
                parts.phase().isStopping() ? "stopping, no more guests are taken" : "starting");
    }

    private Check clamd() {
        List<ClamdStatus> clamds = parts.clamds().get();
        String down =
                clamds.stream()
                        .filter(clamd -> !clamd.up())
                        .map(clamd -> clamd.endpoint() + " is down")
                        .collect(Collectors.joining(", "));
        return new Check("clamd", clamds.stream().anyMatch(ClamdStatus::up), down);
    }

    private Check libvirt() {
        List<LibvirtState> libvirts = parts.libvirts().get();
        String unlisted =
                libvirts.stream()
                        .filter(libvirt -> libvirt.lastList().isEmpty())
                        .map(libvirt -> "no list of domains from " + libvirt.uri() + " yet")
                        .collect(Collectors.joining(", "));
        if (!unlisted.isEmpty()) {
            return new Check("libvirt", false, unlisted);
        }
        String away =
                libvirts.stream()
                        .filter(libvirt -> !libvirt.connected())
                        .map(libvirt -> libvirt.uri() + " is away, its known guests are served")
                        .collect(Collectors.joining(", "));
        return new Check("libvirt", true, away);
    }

    private Check policy() {
        PolicyStatus status = parts.policy().get();
        Optional<PolicyStatus.LastError> error = status.lastError();
        String note =
                error.map(wrong ->
                                "the file is wrong since "
                                        + wrong.since().truncatedTo(ChronoUnit.SECONDS)
                                        + ", revision "
                                        + status.revision().label()
                                        + " stays in force")
                        .orElse("");
        return new Check("policy", true, note);
    }
}
