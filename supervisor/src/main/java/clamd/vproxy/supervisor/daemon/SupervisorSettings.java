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
 * @param clamds where to relay to, in the order in which they are preferred; at least one
 * @param healthTimes how each of them is watched
 * @param policies what each guest may do, now and when the file changes
 * @param libvirtUris the connect URIs whose domains are the guests; empty = every CID is a guest
 * @param hook where libvirt's hook leaves requests; empty = it is not heard
 * @param control where commands are taken; empty = they are not
 * @param usage where what guests use in a day is kept over a restart; empty = in memory alone
 * @param http where metrics, health checks and the status page are served; empty = they are not
 * @param audit where infected streams and blocked commands are written; empty = nowhere
 * @param vsockCid the local CID to listen on; empty = no AF_VSOCK listener
 * @param port the host port that guests connect to, 1 to 2147483647
 * @param hybrid where the guests' Unix sockets are; empty = none
 * @param hybridOwner whom these belong to
 * @param hostMaxConnections connections that the host holds at once
 * @param hostMaxSpoolBytes what open streams may hold in clamd's temporary directory together
 * @param verdictMemoryEntries how many verdicts are remembered for all guests; 0 = none
 * @param drainLimit how long running scans may go on after a stop
 * @param diagnostics what belongs into a support bundle and only the command line knows: texts by
 *     the names of their files
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
