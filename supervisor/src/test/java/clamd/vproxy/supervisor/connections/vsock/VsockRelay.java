package clamd.vproxy.supervisor.connections.vsock;

import clamd.vproxy.policies.GuestIdentity;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.PolicySet;
import clamd.vproxy.policies.Tenant;
import clamd.vproxy.worker.GuestWorker;
import clamd.vproxy.worker.HostConnections;
import clamd.vproxy.worker.clamd.Clamd;
import clamd.vproxy.worker.clamd.ClamdTimes;
import clamd.vproxy.worker.clamd.Clamds;
import clamd.vproxy.worker.clamd.HealthTimes;
import clamd.vproxy.worker.clamd.SocketEndpoint;
import clamd.vproxy.worker.daily.DailyUsage;
import clamd.vproxy.worker.fair.ScanSlots;
import clamd.vproxy.worker.net.ChannelSocket;
import clamd.vproxy.worker.session.AbandonedScans;
import clamd.vproxy.worker.session.BufferPool;
import clamd.vproxy.worker.session.SessionContext;
import clamd.vproxy.worker.session.Watchdog;
import clamd.vproxy.worker.spool.Spool;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The daemon's way from a vsock connection to clamd, for any peer: over loopback the peer has CID
 * 1, which the daemon itself does not serve. Only for a VM of its own.
 */
public final class VsockRelay {
    private static final int PLACES = 50;
    private static final int BUFFER_BYTES = 64 << 10;

    private VsockRelay() {}

    /** Takes the port to listen on and clamd's socket; ends with the process. */
    public static void main(String[] arguments) throws IOException {
        GuestWorker worker = worker(arguments[1]);
        VsockListener listener =
                VsockListener.bind(VsockListener.ANY_CID, Long.parseLong(arguments[0]), PLACES);
        System.out.println("listening");
        while (true) {
            worker.accept(new ChannelSocket(listener.accept().channel()));
        }
    }

    private static GuestWorker worker(String clamd) throws IOException {
        Watchdog watchdog = new Watchdog(System::nanoTime);
        Thread.ofPlatform().daemon().name("watchdog").start(watchdog);
        SocketEndpoint endpoint = SocketEndpoint.parse(clamd, System::nanoTime);
        ScanSlots slots = new ScanSlots(PLACES, System::nanoTime);
        SessionContext context =
                new SessionContext(
                        new Clamds(
                                List.of(
                                        new Clamd(
                                                endpoint,
                                                PLACES,
                                                PLACES,
                                                slots,
                                                ClamdTimes.standard())),
                                HealthTimes.standard(),
                                System::nanoTime,
                                Clock.systemUTC()),
                        new Spool(Long.MAX_VALUE, System::nanoTime),
                        new BufferPool(BUFFER_BYTES, PLACES),
                        watchdog,
                        new AbandonedScans(watchdog),
                        System::nanoTime,
                        Long.MAX_VALUE);
        GuestIdentity guest =
                new GuestIdentity(
                        Optional.of("loopback"), Optional.empty(), OptionalLong.empty(), Set.of());
        DailyUsage usage = new DailyUsage(Clock.systemUTC());
        return new GuestWorker(
                guest.label(),
                guest,
                context.tenantShare(new Tenant.OneGuest(guest.toString()), usage),
                PolicySet.withoutFile(Limits.standard()).resolve(guest),
                usage,
                context,
                new HostConnections(PLACES),
                (_, _) -> {});
    }
}
