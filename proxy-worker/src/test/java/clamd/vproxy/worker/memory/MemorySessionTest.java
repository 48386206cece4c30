package clamd.vproxy.worker.memory;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Limit;
import clamd.vproxy.policies.LimitValue;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.Tenant;
import clamd.vproxy.policies.VerdictScope;
import clamd.vproxy.worker.GuestWorker;
import clamd.vproxy.worker.HostConnections;
import clamd.vproxy.worker.daily.DailyUsage;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.session.Verdict;
import clamd.vproxy.worker.testing.MemoryRig;
import clamd.vproxy.worker.testing.SessionRig;
import clamd.vproxy.worker.testing.TestGuest;
import clamd.vproxy.worker.testing.TestLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sessions whose verdicts are remembered, over real sockets. */
@Timeout(30)
class MemorySessionTest {
    private static final Limits GUEST = TestLimits.limits().build();
    private static final Limits TENANT =
            GUEST.with(Limit.VERDICT_SCOPE, new LimitValue.Scope(VerdictScope.TENANT));
    private static final String LARGE = "x".repeat(300_000);

    @TempDir Path folder;
    private MemoryRig rig;

    @BeforeEach
    void start() throws IOException {
        rig = new MemoryRig(folder);
    }

    @AfterEach
    void stop() throws IOException {
        rig.close();
    }

    private SessionResult scan(String guest, Limits limits, String data) throws Exception {
        return rig.scan("acme", guest, limits, data);
    }

    @Test
    void aSmallStreamThatWasScannedBeforeIsAnsweredWithoutAConnectionToClamd() throws Exception {
        SessionResult first = scan("one", GUEST, "harmless");
        SessionResult second = scan("one", GUEST, "harmless");

        assertThat(first.cached()).isFalse();
        assertThat(second.cached()).isTrue();
        assertThat(second.verdict()).isEqualTo(Verdict.CLEAN);
        assertThat(rig.scans).hasValue(1);
        assertThat(rig.connections).hasValue(1);
        assertThat(rig.memory.counts()).isEqualTo(new MemoryCounts(1, 1, 0, 0, 1, 1000));
    }

    @Test
    void aDetectionIsRememberedWithItsSignature() throws Exception {
        scan("one", GUEST, "an EICAR file");
        SessionResult second = scan("one", GUEST, "an EICAR file");

        assertThat(second.cached()).isTrue();
        assertThat(second.verdict()).isEqualTo(Verdict.INFECTED);
        assertThat(second.signature()).hasValue("EICAR");
        assertThat(rig.scans).hasValue(1);
    }

    @Test
    void aLargeStreamThatWasScannedBeforeIsNotScannedAgain() throws Exception {
        scan("one", GUEST, LARGE);
        SessionResult second = scan("one", GUEST, LARGE);

        assertThat(second.cached()).isTrue();
        assertThat(rig.scans).hasValue(1);
    }

    @Test
    void verdictsAreSharedOnlyWithinATenantWithTenantScope() throws Exception {
        scan("one", GUEST, "harmless");
        assertThat(scan("two", GUEST, "harmless").cached()).isFalse();

        scan("one", TENANT, "tenant's");
        assertThat(scan("two", TENANT, "tenant's").cached()).isTrue();
        assertThat(rig.scan("other", "three", TENANT, "tenant's").cached()).isFalse();
    }

    @Test
    void newSignaturesAreFoundInWhatWasRememberedAsClean() throws Exception {
        scan("one", GUEST, "harmless until now");
        rig.signature = "until";
        rig.version = "ClamAV 1.4.6/27501/Mon Nov 23 04:30:45 2026";
        rig.watch.ask();

        SessionResult second = scan("one", GUEST, "harmless until now");

        assertThat(second.verdict()).isEqualTo(Verdict.INFECTED);
        assertThat(second.cached()).isFalse();
    }

    @Test
    void aVerdictIsNotKeptIfTheSignaturesChangeDuringTheScan() throws Exception {
        rig.whileScanning =
                () -> {
                    rig.version = "ClamAV 1.4.6/27501/Mon Nov 23 04:30:45 2026";
                    rig.watch.ask();
                };
        scan("one", GUEST, "harmless");

        assertThat(scan("one", GUEST, "harmless").cached()).isFalse();
    }

    @Test
    void aVersionReplyDropsVerdictsOfOtherVersions() throws Exception {
        scan("one", GUEST, "harmless");
        rig.signature = "harm";
        rig.memory.announced("ClamAV 1.4.6/27501/Mon Nov 23 04:30:45 2026");

        assertThat(scan("one", GUEST, "harmless").verdict()).isEqualTo(Verdict.INFECTED);
    }

    @ParameterizedTest
    @EnumSource(VerdictScope.class)
    void whatARunHasRememberedForItAloneIsForgottenWhenItStops(VerdictScope scope)
            throws Exception {
        Limits limits = GUEST.with(Limit.VERDICT_SCOPE, new LimitValue.Scope(scope));
        DailyUsage usage = new DailyUsage(Clock.systemUTC());
        GuestWorker worker =
                new GuestWorker(
                        "one",
                        "run 1",
                        rig.context.tenantShare(new Tenant.Named("acme"), usage),
                        TestLimits.policy(limits),
                        usage,
                        rig.context,
                        new HostConnections(4),
                        (_, _) -> {});
        TestGuest guest = TestGuest.connect(folder);
        worker.accept(guest.ours());
        guest.send("zINSTREAM\0").send(SessionRig.chunk("harmless")).send(SessionRig.header(0));
        assertThat(guest.receiveAllAndClose()).isEqualTo("stream: OK\0");
        assertThat(rig.memory.entries()).isEqualTo(1);

        worker.stop(Termination.GUEST_STOPPED);
        assertThat(worker.awaitEnd(Duration.ofSeconds(20))).isTrue();
        assertThat(rig.memory.entries()).isEqualTo(scope == VerdictScope.GUEST ? 0 : 1);
    }

    @Test
    void thePolicyTurnsTheMemoryOff() throws Exception {
        Limits off = GUEST.with(Limit.VERDICT_MEMORY, new LimitValue.Time(Duration.ZERO));
        Limits unhashed = GUEST.with(Limit.HASH_STREAMS, new LimitValue.Flag(false));
        for (Limits limits : new Limits[] {off, unhashed}) {
            scan("one", limits, "harmless");
            assertThat(scan("one", limits, "harmless").cached()).isFalse();
        }
        assertThat(rig.memory.entries()).isZero();
    }

    @Test
    void anOldVerdictIsNotUsed() throws Exception {
        Limits brief = GUEST.with(Limit.VERDICT_MEMORY, new LimitValue.Time(Duration.ofNanos(1)));
        scan("one", brief, "harmless");

        assertThat(scan("one", brief, "harmless").cached()).isFalse();
    }

    @Test
    void aVerdictOnAnIncompleteScanIsNotRemembered() throws Exception {
        rig.signature = "Heuristics.Limits.Exceeded.MaxScanSize";
        String data = "Heuristics.Limits.Exceeded.MaxScanSize";
        assertThat(scan("one", GUEST, data).verdict()).isEqualTo(Verdict.INCOMPLETE);

        assertThat(scan("one", GUEST, data).cached()).isFalse();
        assertThat(rig.memory.entries()).isZero();
    }
}
