package clamd.vproxy.supervisor.daemon;

import clamd.vproxy.supervisor.control.ControlPlace;
import clamd.vproxy.supervisor.hook.HookPlace;
import clamd.vproxy.supervisor.listen.HybridTemplate;
import clamd.vproxy.supervisor.listen.SocketOwner;
import clamd.vproxy.supervisor.policy.PolicySource;
import clamd.vproxy.worker.clamd.ClamdEndpoint;
import clamd.vproxy.worker.clamd.ClamdTimes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Everything a supervisor is told at its start. Immutable.
 *
 * @param clamd where to relay to
 * @param policies what each guest may do, now and when the file changes
 * @param libvirtUris the connect URIs whose domains are the guests; empty = every CID is a guest
 * @param hook where libvirt's hook leaves requests; empty = it is not heard
 * @param control where commands are taken; empty = they are not
 * @param vsockCid the local CID to listen on; empty = no AF_VSOCK listener
 * @param port the host port that guests connect to, 1 to 2147483647
 * @param hybrid where the guests' Unix sockets are; empty = none
 * @param hybridOwner whom these belong to
 * @param hostMaxConnections connections that the host holds at once
 * @param hostMaxUploads streams that are open at clamd at once
 * @param scanSlots streams that clamd scans at once
 * @param clamdTimes how long clamd bears with us, and we with it
 * @param largestHonestStreamBytes the largest stream that clamd really scans
 * @param drainLimit how long running scans may go on after a stop
 */
public record SupervisorSettings(
        ClamdEndpoint clamd,
        PolicySource policies,
        List<String> libvirtUris,
        Optional<HookPlace> hook,
        Optional<ControlPlace> control,
        OptionalLong vsockCid,
        int port,
        Optional<HybridTemplate> hybrid,
        SocketOwner hybridOwner,
        int hostMaxConnections,
        int hostMaxUploads,
        int scanSlots,
        ClamdTimes clamdTimes,
        long largestHonestStreamBytes,
        Duration drainLimit) {

    /** Copies the list. */
    public SupervisorSettings {
        libvirtUris = List.copyOf(libvirtUris);
    }
}
