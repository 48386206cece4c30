package clamd.vproxy.worker.clamd.conf;

import static clamd.vproxy.worker.clamd.conf.Finding.Level.NOTE;
import static clamd.vproxy.worker.clamd.conf.Finding.Level.OK;
import static clamd.vproxy.worker.clamd.conf.Finding.Level.WARNING;

import clamd.vproxy.policies.LimitValue;
import java.util.List;
import java.util.OptionalLong;

/**
 * Finds the settings of a clamd.conf with which clamd answers OK for content that it has not
 * scanned. Stateless.
 */
final class UnscannedContent {
    private UnscannedContent() {}

    static List<Finding> of(ClamdConf clamd) {
        return List.of(
                exceededLimits(clamd),
                archiveMembers(clamd),
                encryptedFiles(clamd),
                brokenExecutables(clamd));
    }

    private static Finding exceededLimits(ClamdConf clamd) {
        String advice =
                clamd.alertExceedsMax()
                        ? "a file that exceeds MaxScanSize, MaxFiles, MaxRecursion or MaxScanTime is reported"
                        : "a file that exceeds MaxScanSize, MaxFiles, MaxRecursion or MaxScanTime is called clean without a complete scan: set AlertExceedsMax yes";
        return Finding.ofSwitch(
                "exceeded limits", "AlertExceedsMax", clamd.alertExceedsMax(), WARNING, advice);
    }

    /**
     * Checks for skipped archive members: clamd silently skips a member above MaxFileSize, even
     * with AlertExceedsMax. It reports the archive only if all members together exceed MaxScanSize.
     */
    private static Finding archiveMembers(ClamdConf clamd) {
        long file = clamd.maxFileSize();
        OptionalLong scan = clamd.maxScanSize();
        String ours = "MaxFileSize not below MaxScanSize";
        String clamds =
                "%s below %s"
                        .formatted(
                                size(file),
                                scan.isPresent() ? size(scan.getAsLong()) : "unlimited");
        if (scan.isPresent() && file >= scan.getAsLong()) {
            return new Finding(
                    OK,
                    "exceeded MaxFileSize",
                    ours,
                    "%s, %s".formatted(size(file), size(scan.getAsLong())),
                    "no member of an archive is skipped for its size alone");
        }
        String cure =
                scan.isPresent() && scan.getAsLong() <= ClamdConf.LARGEST_SCANNED_FILE_BYTES
                        ? "set MaxFileSize to " + size(scan.getAsLong()) + " or more"
                        : "set both to less than 2 GiB";
        return new Finding(
                WARNING,
                "exceeded MaxFileSize",
                ours,
                clamds,
                "a larger member of an archive is skipped and the archive called clean, even with AlertExceedsMax: "
                        + cure);
    }

    private static Finding encryptedFiles(ClamdConf clamd) {
        String advice =
                clamd.alertEncrypted()
                        ? "an encrypted archive or document is reported, for clamd cannot look into it"
                        : "an encrypted archive or document is called clean, though clamd cannot look into it: AlertEncrypted yes reports it";
        return Finding.ofSwitch(
                "encrypted files", "AlertEncrypted", clamd.alertEncrypted(), NOTE, advice);
    }

    private static Finding brokenExecutables(ClamdConf clamd) {
        String advice =
                clamd.alertBrokenExecutables()
                        ? "an executable that clamd cannot parse is reported"
                        : "an executable that clamd cannot parse is called clean after a scan of its raw bytes alone: AlertBrokenExecutables yes reports it";
        return Finding.ofSwitch(
                "broken executables",
                "AlertBrokenExecutables",
                clamd.alertBrokenExecutables(),
                NOTE,
                advice);
    }

    private static String size(long bytes) {
        return new LimitValue.Size(bytes).toString();
    }
}
