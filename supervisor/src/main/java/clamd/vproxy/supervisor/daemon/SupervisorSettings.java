package clamd.vproxy.supervisor.daemon;

import clamd.vproxy.supervisor.connections.listen.HybridTemplate;
import clamd.vproxy.supervisor.connections.listen.SocketOwner;
import clamd.vproxy.supervisor.guests.usage.UsageSettings;
import clamd.vproxy.supervisor.reports.audit.AuditSettings;
import clamd.vproxy.supervisor.reports.control.ControlSettings;
import clamd.vproxy.supervisor.reports.http.HttpSettings;
import clamd.vproxy.supervisor.sources.hook.HookSettings;
import clamd.vproxy.supervisor.sources.policy.PolicySource;
import clamd.vproxy.worker.clamd.HealthTimes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * The settings of a supervisor, fixed at its start. Immutable.
 *
 * @param clamds the clamds to relay to, in order of preference; at least one
 * @param healthTimes the intervals and limits of their health checks
 * @param policies what each guest may do, now and after changes of the file
 * @param libvirtUris the connect URIs whose domains are the guests; empty = every CID is a guest
 * @param hook the spool of libvirt's hook; empty = the hook is not used
 * @param control the control socket; empty = none
 * @param usage the state file that keeps the guests' daily usage over a restart; empty = in memory
 *     only
 * @param http the HTTP server for metrics, health checks and the status page; empty = none
 * @param audit the audit file for infected streams and blocked commands; empty = none
 * @param vsockCid the local CID to listen on; empty = no AF_VSOCK listener
 * @param port the host port that guests connect to, 1 to 2147483647
 * @param hybrid the paths of the guests' Unix sockets; empty = none
 * @param hybridOwner the owner of these sockets
 * @param hostMaxConnections how many connections the host holds at once
 * @param hostMaxSpoolBytes how much all open streams together may hold in clamd's temporary
 *     directory, in bytes
 * @param verdictMemoryEntries how many verdicts are remembered for all guests; 0 = none
 * @param drainLimit how long running scans may continue after a stop
 * @param diagnostics texts for a support bundle that only the command line knows, by the names of
 *     their files
 */
public record SupervisorSettings(
        List<ClamdSettings> clamds,
        HealthTimes healthTimes,
        PolicySource policies,
        List<String> libvirtUris,
        Optional<HookSettings> hook,
        Optional<ControlSettings> control,
        Optional<UsageSettings> usage,
        Optional<HttpSettings> http,
        Optional<AuditSettings> audit,
        OptionalLong vsockCid,
        int port,
        Optional<HybridTemplate> hybrid,
        SocketOwner hybridOwner,
        int hostMaxConnections,
        long hostMaxSpoolBytes,
        int verdictMemoryEntries,
        Duration drainLimit,
        Supplier<Map<String, String>> diagnostics) {

    /** Copies the lists. */
    public SupervisorSettings {
        clamds = List.copyOf(clamds);
        libvirtUris = List.copyOf(libvirtUris);
    }
}
