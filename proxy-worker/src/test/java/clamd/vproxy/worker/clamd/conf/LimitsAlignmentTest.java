package clamd.vproxy.worker.clamd.conf;

import static clamd.vproxy.worker.clamd.conf.Finding.Level.NOTE;
import static clamd.vproxy.worker.clamd.conf.Finding.Level.OK;
import static clamd.vproxy.worker.clamd.conf.Finding.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LimitsAlignmentTest {
    private static final ProxyLimits OURS = limits(50, 8, 10, 100L << 20);

    /** The configuration after all advice was followed. */
    private static final String SAFE =
            """
            DisableCache yes
            AlertExceedsMax yes
            MaxFileSize 400M
            AlertEncrypted yes
            AlertBrokenExecutables yes
            LocalSocket /run/c
            LocalSocketMode 660
            """;

    @TempDir private Path directory;

    @Test
    void ourDefaultsFitAClamdThatFollowsTheAdvice() throws Exception {
        assertThat(LimitsAlignment.compare(OURS, conf(SAFE)))
                .allSatisfy(finding -> assertLevel(finding, OK));
    }

    @Test
    void aStreamLongerThanTheSmallestLimitIsAWarningThatNamesIt() throws Exception {
        Finding finding = finding("stream size", OURS, "StreamMaxLength 30M\nMaxFileSize 25M\n");

        assertThat(finding)
                .isEqualTo(
                        new Finding(
                                WARNING,
                                "stream size",
                                "100MiB",
                                "25MiB (MaxFileSize)",
                                "MaxFileSize binds, the effective limit is 25MiB, because clamd does not scan more:"
                                        + " raise it in clamd.conf or lower maxStreamSize"));
    }

    @Test
    void aStreamOfExactlyTheSmallestLimitFits() throws Exception {
        assertLevel(finding("stream size", OURS, "MaxScanSize 100M"), OK);
        assertLevel(finding("stream size", OURS, "MaxScanSize 99M"), WARNING);
    }

    @Test
    void anUnlimitedClamdStillScansLessThan2GiB() throws Exception {
        String unlimited = "StreamMaxLength 0\nMaxFileSize 0\nMaxScanSize 0\n";

        assertThat(finding("stream size", limits(50, 8, 10, 1L << 31), unlimited).clamds())
                .isEqualTo("2147483645 (MaxFileSize)");
    }

    @Test
    void placesMayTakeThreeQuartersOfTheQueueQuietlyAndNeverAllOfIt() throws Exception {
        assertLevel(finding("places at clamd", places(67, 8), ""), OK);
        assertLevel(finding("places at clamd", places(68, 8), ""), NOTE);
        assertLevel(finding("places at clamd", places(91, 8), ""), NOTE);
        Finding full = finding("places at clamd", places(92, 8), "");
        assertLevel(full, WARNING);
        assertThat(full.ours()).isEqualTo("92 uploads, 8 requests");
        assertThat(full.advice()).contains("MaxQueue is too low", "set it to 200 or more");
        assertLevel(finding("places at clamd", places(92, 8), "MaxQueue 200"), OK);
    }

    @Test
    void placesAreHeldAgainstTheQueueThatClamdReallyUses() throws Exception {
        assertThat(finding("places at clamd", OURS, "MaxThreads 60").clamds())
                .isEqualTo("MaxQueue 120");
    }

    @Test
    void scanSlotsFitBelowTheThreadsAreNotedAtAllOfThemAndWarnedOfAbove() throws Exception {
        Finding fits = finding("scan slots", slots(8), "");
        assertLevel(fits, OK);
        assertThat(fits.line())
                .isEqualTo(
                        "scan slots: ours 8, clamd's MaxThreads 10: 2 are left to its other clients, and"
                                + " lent to tenants without a slot");
        assertLevel(finding("scan slots", slots(9), ""), OK);
        assertLevel(finding("scan slots", slots(10), ""), NOTE);
        Finding above = finding("scan slots", slots(11), "");
        assertLevel(above, WARNING);
        assertThat(above.advice()).contains("lower --scan-slots to 10 or less");
    }

    @Test
    void moreConnectionsOfOneGuestThanThreadsAreWorthKnowing() throws Exception {
        assertLevel(finding("guest connections", connections(10), ""), OK);
        assertLevel(finding("guest connections", connections(11), ""), NOTE);
        assertLevel(finding("guest connections", connections(10_000), ""), NOTE);
    }

    @Test
    void ourReadTimeoutHasToBeSmallerThanClamds() throws Exception {
        assertLevel(finding("read timeout", OURS, "ReadTimeout 61"), OK);
        Finding equal = finding("read timeout", OURS, "ReadTimeout 60");
        assertLevel(equal, WARNING);
        assertThat(equal.line())
                .isEqualTo(
                        "read timeout: ours 1m, clamd's 1m (ReadTimeout): clamd gives up first and the guest gets"
                                + " clamd's error text: set ReadTimeout to 61 or more, or lower readTimeout");
        assertLevel(finding("read timeout", OURS, "ReadTimeout 0"), WARNING);
    }

    @Test
    void aStreamShouldOutlastClamdsLongestScan() throws Exception {
        assertLevel(finding("stream timeout", OURS, "MaxScanTime 120000"), OK);
        assertLevel(finding("stream timeout", OURS, "MaxScanTime 120001"), NOTE);
        Finding unlimited = finding("stream timeout", OURS, "MaxScanTime 0");
        assertLevel(unlimited, WARNING);
        assertThat(unlimited.clamds()).isEqualTo("unlimited (MaxScanTime)");
    }

    @Test
    void theSharedCacheAndSilentLimitsAreWarnings() throws Exception {
        assertLevel(finding("clean-file cache", OURS, ""), WARNING);
        assertLevel(finding("clean-file cache", OURS, "DisableCache yes"), OK);
        assertLevel(finding("exceeded limits", OURS, ""), WARNING);
        assertLevel(finding("exceeded limits", OURS, "AlertExceedsMax yes"), OK);
    }

    @Test
    void archiveMembersThatClamdSkipsSilentlyAreAWarningWithTheSizeThatCuresIt() throws Exception {
        String subject = "exceeded MaxFileSize";
        Finding skipped =
                finding(subject, OURS, "AlertExceedsMax yes\nMaxFileSize 1M\nMaxScanSize 4M");
        assertLevel(skipped, WARNING);
        assertThat(skipped.clamds()).isEqualTo("1MiB below 4MiB");
        assertThat(skipped.advice())
                .contains("even with AlertExceedsMax", "set MaxFileSize to 4MiB");
        assertLevel(finding(subject, OURS, "MaxFileSize 4M\nMaxScanSize 4M"), OK);
        assertLevel(finding(subject, OURS, "MaxFileSize 0\nMaxScanSize 4M"), OK);
        assertLevel(finding(subject, OURS, ""), WARNING);
        assertThat(finding(subject, OURS, "MaxFileSize 0\nMaxScanSize 0").advice())
                .contains("less than 2 GiB");
        assertThat(finding(subject, OURS, "MaxFileSize 0\nMaxScanSize 4G").advice())
                .contains("less than 2 GiB");
    }

    @Test
    void encryptedFilesAndBrokenExecutablesThatPassAreNoted() throws Exception {
        assertLevel(finding("encrypted files", OURS, ""), NOTE);
        assertLevel(finding("encrypted files", OURS, "AlertEncryptedArchive yes"), NOTE);
        assertLevel(finding("encrypted files", OURS, "AlertEncrypted yes"), OK);
        assertLevel(
                finding(
                        "encrypted files",
                        OURS,
                        "AlertEncryptedArchive yes\nAlertEncryptedDoc yes"),
                OK);
        assertLevel(finding("broken executables", OURS, ""), NOTE);
        assertLevel(finding("broken executables", OURS, "AlertBrokenExecutables yes"), OK);
    }

    @Test
    void aQueueThatClamdHasToRaiseIsAWarning() throws Exception {
        assertLevel(finding("clamd's queue", OURS, "MaxQueue 20"), OK);
        assertThat(finding("clamd's queue", OURS, "MaxQueue 19"))
                .isEqualTo(
                        new Finding(
                                WARNING,
                                "clamd's queue",
                                "2 x MaxThreads = 20",
                                "MaxQueue 19",
                                "MaxQueue is too low, clamd raises it to 20 at start: write that"));
    }

    @Test
    void aWorldWritableSocketIsAWarning() throws Exception {
        assertThat(finding("clamd's socket", OURS, "LocalSocket /run/c").clamds())
                .isEqualTo("LocalSocketMode 666");
        assertLevel(finding("clamd's socket", OURS, "LocalSocket /run/c"), WARNING);
        assertLevel(
                finding("clamd's socket", OURS, "LocalSocket /run/c\nLocalSocketMode 662"),
                WARNING);
        assertLevel(finding("clamd's socket", OURS, "LocalSocket /run/c\nLocalSocketMode 664"), OK);
        assertThat(subjects("TCPSocket 3310")).doesNotContain("clamd's socket");
    }

    @Test
    void aTcpPortIsAWarningUnlessItIsLoopbackOnly() throws Exception {
        assertLevel(finding("clamd's TCP port", OURS, "TCPSocket 3310"), WARNING);
        assertLevel(
                finding("clamd's TCP port", OURS, "TCPSocket 3310\nTCPAddr 127.0.0.1\nTCPAddr ::1"),
                NOTE);
        Finding mixed =
                finding("clamd's TCP port", OURS, "TCPSocket 3310\nTCPAddr ::1\nTCPAddr 192.0.2.1");
        assertLevel(mixed, WARNING);
        assertThat(mixed.clamds()).isEqualTo("TCPSocket 3310 on ::1, 192.0.2.1");
        assertThat(subjects("LocalSocket /run/c")).doesNotContain("clamd's TCP port");
    }

    @Test
    void everyFindingHasBothValuesAndAnAdviceInOneLine() throws Exception {
        String worst =
                "MaxFileSize 1K\nMaxQueue 1\nMaxThreads 1\nReadTimeout 0\nMaxScanTime 0\nLocalSocket /c\nTCPSocket 1\n";

        assertThat(LimitsAlignment.compare(OURS, conf(worst)))
                .hasSize(14)
                .allSatisfy(finding -> {
                    assertThat(finding.level()).as(finding.line()).isNotEqualTo(OK);
                    assertThat(finding.ours()).isNotBlank();
                    assertThat(finding.clamds()).isNotBlank();
                    assertThat(finding.advice()).isNotBlank();
                    assertThat(finding.line()).doesNotContain("\n");
                });
    }

    @Test
    void theTableHasAlignedColumns() {
        String table =
                LimitsAlignment.render(
                        List.of(
                                new Finding(OK, "a", "1", "22", "fine"),
                                new Finding(WARNING, "bcd", "1 MiB", "2", "do this")));

        assertThat(table.lines())
                .containsExactly(
                        "LEVEL    SUBJECT  OURS   CLAMD'S  WHAT IT MEANS",
                        "OK       a        1      22       fine",
                        "WARNING  bcd      1 MiB  2        do this");
    }

    private static void assertLevel(Finding finding, Finding.Level level) {
        assertThat(finding.level()).as(finding.line()).isEqualTo(level);
    }

    private Finding finding(String subject, ProxyLimits ours, String text) throws Exception {
        return LimitsAlignment.compare(ours, conf(text)).stream()
                .filter(finding -> finding.subject().equals(subject))
                .findFirst()
                .orElseThrow();
    }

    private List<String> subjects(String text) throws Exception {
        return LimitsAlignment.compare(OURS, conf(text)).stream().map(Finding::subject).toList();
    }

    private ClamdConf conf(String text) throws IOException, ClamdConfException {
        return ClamdConf.read(Files.writeString(directory.resolve("clamd.conf"), text));
    }

    private static ProxyLimits places(int uploads, int requests) {
        return limits(uploads, requests, 1, 1);
    }

    private static ProxyLimits slots(int count) {
        return new ProxyLimits(
                50, 8, count, 10, 1 << 20, Duration.ofSeconds(60), Duration.ofSeconds(120));
    }

    private static ProxyLimits connections(int ofOneGuest) {
        return limits(50, 8, ofOneGuest, 1);
    }

    private static ProxyLimits limits(int uploads, int requests, int connections, long bytes) {
        return new ProxyLimits(
                uploads,
                requests,
                8,
                connections,
                bytes,
                Duration.ofSeconds(60),
                Duration.ofSeconds(120));
    }
}
