package clamd.vproxy.worker.clamdconf;

import static clamd.vproxy.worker.clamdconf.Finding.Level.NOTE;
import static clamd.vproxy.worker.clamdconf.Finding.Level.OK;
import static clamd.vproxy.worker.clamdconf.Finding.Level.WARNING;
import static clamd.vproxy.worker.clamdconf.Units.bytes;
import static clamd.vproxy.worker.clamdconf.Units.time;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Compares what we allow our guests with what clamd.conf lets clamd do, so that no limit of ours
 * promises what clamd does not keep. Stateless.
 */
public final class LimitsAlignment {
    private LimitsAlignment() {}

    /**
     * All comparisons in a fixed order: sizes, connections, times, then what weakens the isolation
     * of tenants.
     */
    public static List<Finding> compare(ProxyLimits ours, ClamdConf clamd) {
        List<Finding> findings = new ArrayList<>();
        findings.add(streamSize(ours, clamd));
        findings.add(openUploads(ours, clamd));
        findings.add(guestConnections(ours, clamd));
        findings.add(readTimeout(ours, clamd));
        findings.add(queueTimeout(ours, clamd));
        findings.add(streamTimeout(ours, clamd));
        findings.addAll(TenantIsolation.of(clamd));
        return List.copyOf(findings);
    }

    private static Finding streamSize(ProxyLimits ours, ClamdConf clamd) {
        long honest = clamd.largestHonestStream();
        String bound = clamd.bindingLimit().option();
        String clamds = bytes(honest) + " (" + bound + ")";
        if (ours.maxStreamBytes() <= honest) {
            String advice = "the policy's limit is the effective one, clamd scans all of it";
            return new Finding(OK, "stream size", bytes(ours.maxStreamBytes()), clamds, advice);
        }
        String advice =
                "%s binds, the effective limit is %s, because clamd does not scan more: raise it in clamd.conf or lower maxStreamSize"
                        .formatted(bound, bytes(honest));
        return new Finding(WARNING, "stream size", bytes(ours.maxStreamBytes()), clamds, advice);
    }

    /**
     * clamd accepts nobody while MaxQueue connections have not finished, and answers nobody above
     * MaxQueue jobs.
     */
    private static Finding openUploads(ProxyLimits ours, ClamdConf clamd) {
        int uploads = ours.hostOpenUploads();
        String clamds = "MaxQueue " + clamd.maxQueue();
        if (uploads >= clamd.maxQueue()) {
            String advice =
                    "MaxQueue is too low, our uploads alone stop clamd from accepting anybody: set it to %d or more"
                            .formatted(2L * uploads);
            return new Finding(WARNING, "open uploads", Integer.toString(uploads), clamds, advice);
        }
        if (2L * uploads > clamd.maxQueue()) {
            String advice =
                    "little is left for PING, VERSION and clamd's other clients: MaxQueue %d would leave them half"
                            .formatted(2L * uploads);
            return new Finding(NOTE, "open uploads", Integer.toString(uploads), clamds, advice);
        }
        String advice = "clamd keeps at least half of its queue for others";
        return new Finding(OK, "open uploads", Integer.toString(uploads), clamds, advice);
    }

    private static Finding guestConnections(ProxyLimits ours, ClamdConf clamd) {
        int connections = ours.maxConnectionsPerGuest();
        String clamds =
                "MaxThreads %d, MaxQueue %d".formatted(clamd.maxThreads(), clamd.maxQueue());
        if (connections >= clamd.maxQueue()) {
            String advice =
                    "one guest alone could fill MaxQueue: raise it or lower the guest's maxConnections";
            return new Finding(
                    WARNING, "guest connections", Integer.toString(connections), clamds, advice);
        }
        if (connections > clamd.maxThreads()) {
            String advice =
                    "more than clamd scans at once: the streams of one guest wait for each other";
            return new Finding(
                    NOTE, "guest connections", Integer.toString(connections), clamds, advice);
        }
        return new Finding(
                OK,
                "guest connections",
                Integer.toString(connections),
                clamds,
                "clamd can scan them all at once");
    }

    private static Finding readTimeout(ProxyLimits ours, ClamdConf clamd) {
        Duration clamds = clamd.readTimeout();
        boolean smaller = ours.readTimeout().compareTo(clamds) < 0;
        String advice =
                smaller
                        ? "we notice a silent guest before clamd does"
                        : "clamd gives up first and the guest is told so in clamd's words: set ReadTimeout to %d or more, or lower readTimeout"
                                .formatted(ours.readTimeout().toSeconds() + 1);
        return new Finding(
                smaller ? OK : WARNING,
                "read timeout",
                time(ours.readTimeout()),
                "ReadTimeout " + time(clamds),
                advice);
    }

    /** While a complete upload waits for its scan slot clamd hears nothing from us. */
    private static Finding queueTimeout(ProxyLimits ours, ClamdConf clamd) {
        Duration silence = ours.readTimeout().plus(ours.queueTimeout());
        String clamds = "ReadTimeout " + time(clamd.readTimeout());
        String value = time(ours.queueTimeout());
        if (ours.queueTimeout().compareTo(clamd.readTimeout()) >= 0) {
            String advice =
                    "clamd drops uploads that still wait for a scan slot: set ReadTimeout to %d or more, or lower queueTimeout"
                            .formatted(silence.toSeconds() + 1);
            return new Finding(WARNING, "queue timeout", value, clamds, advice);
        }
        if (silence.compareTo(clamd.readTimeout()) >= 0) {
            String advice =
                    "with a pause of the guest (%s) before it, clamd may drop a waiting upload: ReadTimeout %d would do"
                            .formatted(time(ours.readTimeout()), silence.toSeconds() + 1);
            return new Finding(NOTE, "queue timeout", value, clamds, advice);
        }
        return new Finding(
                OK, "queue timeout", value, clamds, "clamd waits longer than we let a stream wait");
    }

    private static Finding streamTimeout(ProxyLimits ours, ClamdConf clamd) {
        Optional<Duration> scan = clamd.maxScanTime();
        String value = time(ours.streamTimeout());
        if (scan.isEmpty()) {
            String advice =
                    "one crafted file can hold a scan thread for ever: set MaxScanTime in clamd.conf";
            return new Finding(WARNING, "stream timeout", value, "MaxScanTime unlimited", advice);
        }
        String clamds = "MaxScanTime " + time(scan.get());
        if (ours.streamTimeout().compareTo(scan.get()) < 0) {
            String advice =
                    "a guest may be told of a timeout while clamd still scans, and its slot stays taken: raise streamTimeout or lower MaxScanTime";
            return new Finding(NOTE, "stream timeout", value, clamds, advice);
        }
        return new Finding(
                OK, "stream timeout", value, clamds, "clamd ends its longest scan within it");
    }

    /** The findings as a table with aligned columns, one line each, with a heading. */
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
