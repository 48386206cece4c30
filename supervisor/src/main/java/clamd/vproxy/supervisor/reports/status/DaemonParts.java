package clamd.vproxy.supervisor.reports.status;

import clamd.vproxy.supervisor.connections.dispatch.ServedGuest;
import clamd.vproxy.supervisor.reports.activity.ActivityBook;
import clamd.vproxy.supervisor.reports.audit.AuditStatus;
import clamd.vproxy.supervisor.sources.libvirt.LibvirtState;
import clamd.vproxy.supervisor.sources.policy.PolicyStatus;
import clamd.vproxy.worker.clamd.ClamdStatus;
import clamd.vproxy.worker.clamd.SignatureVersion;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * Where everything that is said of the daemon comes from, each as it is at the moment of asking.
 * Thread-safe.
 *
 * @param phase whether guests are accepted
 * @param guests the guests that run, in the order of their names
 * @param activity what their sessions came to
 * @param connections how many connections the host holds
 * @param maxConnections how many it may hold
 * @param clamds how each clamd gets on, in the order given
 * @param versions what the clamd at an endpoint says of itself
 * @param waitingUploads how many streams wait for a place at a clamd
 * @param policy how it stands with the policy file
 * @param audit how it stands with the audit file; nothing if there is none
 * @param libvirts how it stands with each connect URI; none without libvirt
 * @param sinceWatchdog how long ago the watchdog last looked at all sessions
 * @param clock the wall clock in the time zone of clamd
 */
public record DaemonParts(
        ServicePhase phase,
        Supplier<List<ServedGuest>> guests,
        ActivityBook activity,
        IntSupplier connections,
        int maxConnections,
        Supplier<List<ClamdStatus>> clamds,
        Function<String, Optional<SignatureVersion>> versions,
        IntSupplier waitingUploads,
        Supplier<PolicyStatus> policy,
        Supplier<Optional<AuditStatus>> audit,
        Supplier<List<LibvirtState>> libvirts,
        Supplier<Duration> sinceWatchdog,
        Clock clock) {

    /**
     * How old the signatures of this version are now.
     *
     * <p>clamd tells their time in its own time zone and does not name that; it is taken to be
     * ours. Below zero if that is wrong, or a clock is.
     */
    public Duration ageOf(SignatureVersion.Signatures signatures) {
        return Duration.between(
                signatures.builtAt().atZone(clock.getZone()).toInstant(), clock.instant());
    }
}
