package clamd.vproxy.supervisor.reports.status;

import clamd.vproxy.supervisor.reports.status.HealthReport.Check;
import clamd.vproxy.supervisor.sources.libvirt.LibvirtState;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Checks whether the daemon is alive, and whether it can serve guests. Pure functions. */
final class Health {
    /** The time after which the watchdog counts as stuck; it runs ten times a second. */
    static final Duration LONGEST_WATCHDOG_TURN = Duration.ofSeconds(10);

    private Health() {}

    /**
     * Checks whether the daemon is free of failures that only a restart would fix.
     *
     * @param sinceWatchdog how long ago the watchdog last checked all sessions
     */
    static HealthReport live(Duration sinceWatchdog) {
        return new HealthReport(
                "livez",
                List.of(
                        Check.failingIf(
                                sinceWatchdog.compareTo(LONGEST_WATCHDOG_TURN) > 0,
                                "watchdog",
                                "no look at the sessions for "
                                        + sinceWatchdog.toSeconds()
                                        + " s")));
    }

    /**
     * Checks whether the daemon serves a guest that connects now. An unreachable libvirt is not a
     * failure, because known guests stay in service; nor is a wrong policy file, which changes
     * nothing.
     */
    static HealthReport ready(DaemonStatus status) {
        return new HealthReport(
                "readyz",
                List.of(
                        accepting(status),
                        clamd(status),
                        libvirt(status),
                        policy(status),
                        log(status)));
    }

    private static Check accepting(DaemonStatus status) {
        return status.phase()
                .filter(phase -> !phase.is(ServicePhase.Phase.SERVING))
                .map(phase -> new Check("accepting", false, reason(phase)))
                .orElseGet(() -> admitting(status));
    }

    /** Checks whether an administrator has paused or drained all guests. */
    private static Check admitting(DaemonStatus status) {
        return switch (status.state()) {
            case "draining" ->
                    new Check(
                            "accepting",
                            false,
                            "all guests are drained, new connections are refused; undo it by"
                                    + " clamd-vproxy resume --all");
            case "paused" ->
                    new Check("accepting", true, "all guests are paused, new connections wait");
            default -> new Check("accepting", true, "");
        };
    }

    private static String reason(DaemonStatus.Phase phase) {
        if (phase.is(ServicePhase.Phase.WAITING_FOR_CLAMD)) {
            return "waits for clamd since " + phase.sinceText();
        }
        return phase.is(ServicePhase.Phase.STOPPING)
                ? "stopping, no more guests are taken"
                : "starting";
    }

    private static Check clamd(DaemonStatus status) {
        String down =
                joined(
                        status.clamds().stream().filter(clamd -> !clamd.up()),
                        clamd -> clamd.endpoint() + " is down");
        return new Check("clamd", status.clamdsUp() > 0, down);
    }

    private static Check libvirt(DaemonStatus status) {
        List<LibvirtState> libvirts = status.libvirts();
        String unlisted =
                joined(
                        libvirts.stream().filter(libvirt -> libvirt.lastList().isEmpty()),
                        libvirt -> "no list of domains from " + libvirt.uri() + " yet");
        String away =
                joined(
                        libvirts.stream().filter(libvirt -> !libvirt.connected()),
                        libvirt -> libvirt.uri() + " is away, its known guests are served");
        return new Check("libvirt", unlisted.isEmpty(), unlisted.isEmpty() ? away : unlisted);
    }

    private static <T> String joined(Stream<T> all, Function<T, String> note) {
        return all.map(note).collect(Collectors.joining(", "));
    }

    private static Check policy(DaemonStatus status) {
        String note =
                status.policy()
                        .lastError()
                        .map(error ->
                                "the file has had errors since %s, revision %s stays in force"
                                        .formatted(
                                                error.since().truncatedTo(ChronoUnit.SECONDS),
                                                status.policy().revision()))
                        .orElse("");
        return new Check("policy", true, note);
    }

    /** Checks the log: without it guests are still served, but their detections would go unseen. */
    private static Check log(DaemonStatus status) {
        return status.log()
                .flatMap(log ->
                        log.stuckSince()
                                .map(since ->
                                        "cannot be written since "
                                                + since.truncatedTo(ChronoUnit.SECONDS)
                                                + log.lastError()
                                                        .map(error -> ": " + error)
                                                        .orElse(", nobody reads it")))
                .map(note -> new Check("log", false, note))
                .orElse(new Check("log", true, ""));
    }
}
