package clamd.vproxy.worker.clamd.conf;

import static clamd.vproxy.worker.clamd.conf.Finding.Level.NOTE;
import static clamd.vproxy.worker.clamd.conf.Finding.Level.OK;
import static clamd.vproxy.worker.clamd.conf.Finding.Level.WARNING;

import clamd.vproxy.policies.LimitValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Compares the daemon's limits for its guests with clamd.conf, to find limits that clamd does not
 * honour. Findings show sizes and times as in the policy file. Stateless.
 */
public final class LimitsAlignment {
    private LimitsAlignment() {}

    /**
     * Makes all comparisons in a fixed order: sizes, connections, times, then the settings with
     * which clamd answers OK without a scan, then those that weaken the isolation of tenants.
     */
    public static List<Finding> compare(ProxyLimits ours, ClamdConf clamd) {
        List<Finding> findings = new ArrayList<>();
        findings.add(streamSize(ours, clamd));
        findings.add(places(ours, clamd));
        findings.add(scanSlots(ours, clamd));
        findings.add(guestConnections(ours, clamd));
        findings.add(readTimeout(ours, clamd));
        findings.add(streamTimeout(ours, clamd));
        findings.addAll(UnscannedContent.of(clamd));
        findings.addAll(TenantIsolation.of(clamd));
        return List.copyOf(findings);
    }

    private static Finding streamSize(ProxyLimits ours, ClamdConf clamd) {
        long honest = clamd.largestHonestStream();
        String bound = clamd.bindingLimit().option();
        String clamds = bytes(honest) + " (" + bound + ")";
        if (ours.maxStreamBytes() <= honest) {
            String advice = "the policy's limit is the effective one; clamd scans all of it";
            return new Finding(OK, "stream size", bytes(ours.maxStreamBytes()), clamds, advice);
        }
        String advice =
                "%s binds, the effective limit is %s, because clamd does not scan more: raise it in clamd.conf or lower maxStreamSize"
                        .formatted(bound, bytes(honest));
        return new Finding(WARNING, "stream size", bytes(ours.maxStreamBytes()), clamds, advice);
    }

    /**
     * Compares the permits with MaxQueue: clamd accepts no connection while MaxQueue of them are
     * unfinished, and answers none above MaxQueue jobs.
     */
    private static Finding places(ProxyLimits ours, ClamdConf clamd) {
        long open = (long) ours.hostOpenUploads() + ours.hostOpenRequests();
        String value =
                "%d uploads, %d requests"
                        .formatted(ours.hostOpenUploads(), ours.hostOpenRequests());
        String clamds = "MaxQueue " + clamd.maxQueue();
        if (open >= clamd.maxQueue()) {
            String advice =
                    "MaxQueue is too low, the daemon's connections alone stop clamd from accepting others: set it to %d or more"
                            .formatted(2 * open);
            return new Finding(WARNING, "places at clamd", value, clamds, advice);
        }
        if (4 * open > 3L * clamd.maxQueue()) {
            String advice =
                    "little is left for clamd's other clients: MaxQueue %d would leave them half"
                            .formatted(2 * open);
            return new Finding(NOTE, "places at clamd", value, clamds, advice);
        }
        String advice = "at least a quarter of clamd's queue is left to its other clients";
        return new Finding(OK, "places at clamd", value, clamds, advice);
    }

    /**
     * Compares the scan slots with MaxThreads: clamd runs MaxThreads scans; further ones wait
     * inside clamd, which has no fair queue.
     */
    private static Finding scanSlots(ProxyLimits ours, ClamdConf clamd) {
        String slots = Integer.toString(ours.scanSlots());
        String clamds = "MaxThreads " + clamd.maxThreads();
        if (ours.scanSlots() > clamd.maxThreads()) {
            String advice =
                    "more than clamd scans at once, so scans wait inside clamd, which has no fair queue: raise MaxThreads or lower --scan-slots to %d or less"
                            .formatted(clamd.maxThreads());
            return new Finding(WARNING, "scan slots", slots, clamds, advice);
        }
        if (ours.scanSlots() == clamd.maxThreads()) {
            String advice = "guests that fill all slots leave no thread for clamd's other clients";
            return new Finding(NOTE, "scan slots", slots, clamds, advice);
        }
        String advice =
                "%d are left to its other clients, and lent to tenants without a slot"
                        .formatted(clamd.maxThreads() - ours.scanSlots());
        return new Finding(OK, "scan slots", slots, clamds, advice);
    }

    private static Finding guestConnections(ProxyLimits ours, ClamdConf clamd) {
        String connections = Integer.toString(ours.maxConnectionsPerGuest());
        String clamds = "MaxThreads " + clamd.maxThreads();
        if (ours.maxConnectionsPerGuest() > clamd.maxThreads()) {
            String advice =
                    "more than clamd scans at once: the scans of one guest can wait for each other";
            return new Finding(NOTE, "guest connections", connections, clamds, advice);
        }
        return new Finding(
                OK, "guest connections", connections, clamds, "clamd can scan them all at once");
    }

    private static Finding readTimeout(ProxyLimits ours, ClamdConf clamd) {
        Duration clamds = clamd.readTimeout();
        boolean smaller = ours.readTimeout().compareTo(clamds) < 0;
        String advice =
                smaller
                        ? "the daemon notices a silent guest before clamd does"
                        : "clamd gives up first and the guest gets clamd's error text: set ReadTimeout to %d or more, or lower readTimeout"
                                .formatted(ours.readTimeout().toSeconds() + 1);
        return new Finding(
                smaller ? OK : WARNING,
                "read timeout",
                time(ours.readTimeout()),
                time(clamds) + " (ReadTimeout)",
                advice);
    }

    private static Finding streamTimeout(ProxyLimits ours, ClamdConf clamd) {
        Optional<Duration> scan = clamd.maxScanTime();
        String value = time(ours.streamTimeout());
        if (scan.isEmpty()) {
            String advice =
                    "one crafted file can hold a scan thread forever: set MaxScanTime in clamd.conf";
            return new Finding(WARNING, "stream timeout", value, "unlimited (MaxScanTime)", advice);
        }
        String clamds = time(scan.get()) + " (MaxScanTime)";
        if (ours.streamTimeout().compareTo(scan.get()) < 0) {
            String advice =
                    "a guest may get a timeout while clamd still scans, and the scan keeps its slot: raise streamTimeout or lower MaxScanTime";
            return new Finding(NOTE, "stream timeout", value, clamds, advice);
        }
        return new Finding(
                OK, "stream timeout", value, clamds, "clamd ends its longest scan in that time");
    }

    private static String bytes(long bytes) {
        return new LimitValue.Size(bytes).toString();
    }

    private static String time(Duration time) {
        return new LimitValue.Time(time).toString();
    }

    /** Formats the findings as a table with a heading and one line each. */
    public static String render(List<Finding> findings) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"LEVEL", "SUBJECT", "OURS", "CLAMD'S", "WHAT IT MEANS"});
        for (Finding finding : findings) {
            rows.add(
                    new String[] {
                        finding.level().name(),
                        finding.subject(),
                        finding.ours(),
                        finding.clamds(),
                        finding.advice()
                    });
        }
        int[] widths = new int[4];
        for (String[] row : rows) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], row[column].length());
            }
        }
        String format =
                "%%-%ds  %%-%ds  %%-%ds  %%-%ds  %%s%%n"
                        .formatted(widths[0], widths[1], widths[2], widths[3]);
        StringBuilder table = new StringBuilder();
        rows.forEach(row -> table.append(format.formatted((Object[]) row)));
        return table.toString();
    }
}
