package clamd.vproxy.worker.clamd.conf;

import static clamd.vproxy.worker.clamd.conf.Finding.Level.NOTE;
import static clamd.vproxy.worker.clamd.conf.Finding.Level.OK;
import static clamd.vproxy.worker.clamd.conf.Finding.Level.WARNING;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Finds the settings of a clamd.conf with which tenants can learn about or harm each other,
 * whatever the daemon's limits are. Stateless.
 */
final class TenantIsolation {
    private static final int WRITABLE_BY_ALL = 0002;
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "::1", "localhost");

    private TenantIsolation() {}

    static List<Finding> of(ClamdConf clamd) {
        List<Finding> findings = new ArrayList<>();
        findings.add(cleanFileCache(clamd));
        findings.add(queue(clamd));
        clamd.localSocket().ifPresent(_ -> findings.add(socketMode(clamd)));
        clamd.tcpSocket().ifPresent(port -> findings.add(tcp(port, clamd.tcpAddr())));
        return findings;
    }

    /**
     * Checks whether clamd caches clean files ({@code libclamav/cache.c}): the key is MD5 and size
     * in 1.4, and a hit answers measurably faster.
     */
    private static Finding cleanFileCache(ClamdConf clamd) {
        String advice =
                clamd.disableCache()
                        ? "no tenant's clean file answers for another's"
                        : "a file with the same MD5 as another tenant's clean one is reported clean, and the time tells that another tenant had it before: set DisableCache yes";
        return Finding.ofSwitch(
                "clean-file cache", "DisableCache", clamd.disableCache(), WARNING, advice);
    }

    private static Finding queue(ClamdConf clamd) {
        int set = clamd.configuredMaxQueue();
        int effective = clamd.maxQueue();
        String wanted = "2 x MaxThreads = " + 2L * clamd.maxThreads();
        if (set < effective) {
            String advice =
                    "MaxQueue is too low, clamd raises it to %d at start: write that"
                            .formatted(effective);
            return new Finding(WARNING, "clamd's queue", wanted, "MaxQueue " + set, advice);
        }
        return new Finding(
                OK, "clamd's queue", wanted, "MaxQueue " + set, "clamd takes it as it is");
    }

    private static Finding socketMode(ClamdConf clamd) {
        int mode = clamd.localSocketMode();
        String clamds = "LocalSocketMode %03o".formatted(mode);
        if ((mode & WRITABLE_BY_ALL) == 0) {
            return new Finding(
                    OK,
                    "clamd's socket",
                    "660 or less",
                    clamds,
                    "only its user and group reach clamd");
        }
        String advice =
                "every process of the host can reach clamd past us and even stop it: set LocalSocketMode 660 and a LocalSocketGroup that we are in";
        return new Finding(WARNING, "clamd's socket", "660 or less", clamds, advice);
    }

    private static Finding tcp(int port, List<String> addresses) {
        String clamds =
                "TCPSocket %d on %s"
                        .formatted(
                                port,
                                addresses.isEmpty()
                                        ? "every address"
                                        : String.join(", ", addresses));
        if (!addresses.isEmpty() && LOOPBACK.containsAll(addresses)) {
            String advice =
                    "every process of the host can reach clamd past us; a Unix socket can be closed to them";
            return new Finding(NOTE, "clamd's TCP port", "none", clamds, advice);
        }
        String advice =
                "guests and strangers that reach this port talk to clamd past us and can stop it: remove TCPSocket or set TCPAddr 127.0.0.1";
        return new Finding(WARNING, "clamd's TCP port", "none", clamds, advice);
    }
}
