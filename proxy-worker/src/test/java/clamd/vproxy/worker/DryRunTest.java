package clamd.vproxy.worker;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Command;
import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.policies.Limit;
import clamd.vproxy.policies.LimitValue;
import clamd.vproxy.policies.LimitValue.Count;
import clamd.vproxy.policies.LimitValue.Size;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.session.Verdict;
import clamd.vproxy.worker.testing.TestLimits;
import clamd.vproxy.worker.testing.TestResult;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Sessions that passed, judged by another policy. */
class DryRunTest {
    private static final Duration QUEUE_TIMEOUT = Duration.ofSeconds(17);
    private static final Duration MOMENT = Duration.ofNanos(1);

    private final Observed seen = new Observed();

    /** A session that meets every limit exactly. */
    private static final class Observed {
        private Command command = Command.INSTREAM;
        private long bytes = TestLimits.MAX_STREAM;
        private long chunk = TestLimits.MAX_CHUNK;
        private int connections = 5;
        private Duration queueWait = QUEUE_TIMEOUT;
        private Duration permitWait = QUEUE_TIMEOUT;
        private Duration slotWait = QUEUE_TIMEOUT;
        private Duration commandTime = TestLimits.COMMAND_TIMEOUT;
        private Duration silence = TestLimits.READ_TIMEOUT;
        private Duration streamTime = TestLimits.STREAM_TIMEOUT;
        private long dailyBytes = 1000;
        private int dailyScans = 10;
        private Termination termination = Termination.COMPLETED;

        SessionResult result() {
            return TestResult.result()
                    .accepted(command)
                    .streamBytes(bytes)
                    .queueWait(queueWait)
                    .permitWait(permitWait)
                    .slotWait(slotWait)
                    .connections(connections)
                    .largestChunkBytes(chunk)
                    .commandTime(commandTime)
                    .streamTime(streamTime)
                    .longestSilence(silence)
                    .today(dailyBytes, dailyScans)
                    .verdict(Verdict.CLEAN)
                    .termination(termination)
                    .build();
        }
    }

    private static TestLimits limits() {
        return TestLimits.limits()
                .connections(3)
                .waiting(2)
                .queueTimeout(QUEUE_TIMEOUT)
                .dailyBytes(1000)
                .dailyScans(10);
    }

    @Test
    void limitsOfTheTenantAreJudgedByWhatAllItsGuestsUsed() {
        GuestPolicy served = limits().tenant("acme").policy();
        SessionResult seen =
                TestResult.result().accepted(Command.INSTREAM).ofTenant(30, 2000, 20).build();
        assertThat(DryRun.wouldEnd(served, ofAcme(Limit.MAX_DAILY_BYTES, new Size(1999)), seen))
                .contains(Termination.DAILY_BYTES);
        assertThat(DryRun.wouldEnd(served, ofAcme(Limit.MAX_DAILY_BYTES, new Size(2000)), seen))
                .isEmpty();
        assertThat(DryRun.wouldEnd(served, ofAcme(Limit.MAX_DAILY_SCANS, new Count(19)), seen))
                .contains(Termination.DAILY_SCANS);
        assertThat(DryRun.wouldEnd(served, ofAcme(Limit.MAX_CONNECTIONS, new Count(0)), seen))
                .contains(Termination.QUOTA);
        assertThat(DryRun.wouldEnd(served, ofAcme(Limit.MAX_CONNECTIONS, new Count(1)), seen))
                .as("it would only have waited")
                .isEmpty();
        GuestPolicy another =
                limits().tenant("another").together(Limit.MAX_DAILY_SCANS, new Count(1)).policy();
        assertThat(DryRun.wouldEnd(served, another, seen))
                .as("what another tenant used is not known")
                .isEmpty();
    }

    private static GuestPolicy ofAcme(Limit limit, LimitValue most) {
        return limits().tenant("acme").together(limit, most).policy();
    }

    private Optional<Termination> judged(TestLimits tried) {
        return DryRun.wouldEnd(limits().policy(), tried.policy(), seen.result());
    }

    private void assertRefused(Termination expected) {
        assertThat(judged(limits())).contains(expected);
    }

    @Test
    void whatMeetsEveryLimitExactlyPasses() {
        assertThat(judged(limits())).isEmpty();
    }

    @Test
    void aDeniedGuestGetsNothing() {
        GuestPolicy denied = limits().denied();
        assertThat(DryRun.wouldEnd(limits().policy(), denied, seen.result()))
                .contains(Termination.GUEST_DENIED);
    }

    @Test
    void oneConnectionMoreThanQuotaAndQueueTakeIsRefused() {
        seen.connections = 6;
        assertRefused(Termination.QUOTA);
    }

    @Test
    void whereNobodyMayWaitTheQuotaAloneCounts() {
        seen.connections = 3;
        assertThat(judged(limits().withoutQueue())).isEmpty();
        seen.connections = 4;
        assertThat(judged(limits().withoutQueue())).contains(Termination.QUOTA);
    }

    @Test
    void aQuotaOfNothingRefusesAlsoTheFirst() {
        seen.connections = 1;
        assertThat(judged(limits().connections(0))).contains(Termination.QUOTA);
    }

    @Test
    void aLongerWaitForTheQuotaIsRefused() {
        seen.queueWait = QUEUE_TIMEOUT.plus(MOMENT);
        assertRefused(Termination.QUOTA);
    }

    @Test
    void aLaterCommandIsRefused() {
        seen.commandTime = TestLimits.COMMAND_TIMEOUT.plus(MOMENT);
        assertRefused(Termination.COMMAND_TIMEOUT);
    }

    @Test
    void aCommandThatIsNotAllowedIsRefused() {
        assertThat(judged(limits().commands(Set.of(Command.PING))))
                .contains(Termination.COMMAND_REFUSED);
    }

    @Test
    void aLongerWaitForAPlaceIsRefused() {
        seen.permitWait = QUEUE_TIMEOUT.plus(MOMENT);
        assertRefused(Termination.QUEUE_TIMEOUT);
    }

    @Test
    void aLargerChunkIsRefused() {
        seen.chunk++;
        assertRefused(Termination.CHUNK_LIMIT);
    }

    @Test
    void aLargerStreamIsRefused() {
        seen.bytes++;
        assertRefused(Termination.STREAM_LIMIT);
    }

    @Test
    void aLongerSilenceIsRefused() {
        seen.silence = TestLimits.READ_TIMEOUT.plus(MOMENT);
        assertRefused(Termination.READ_TIMEOUT);
    }

    @Test
    void moreThanADaysBytesOrScansIsRefused() {
        seen.dailyBytes++;
        assertRefused(Termination.DAILY_BYTES);
        seen.dailyBytes--;
        seen.dailyScans++;
        assertRefused(Termination.DAILY_SCANS);
    }

    @Test
    void aLongerWaitForASlotIsRefused() {
        seen.slotWait = QUEUE_TIMEOUT.plus(MOMENT);
        assertRefused(Termination.SLOT_TIMEOUT);
    }

    @Test
    void aLongerStreamIsRefused() {
        seen.streamTime = TestLimits.STREAM_TIMEOUT.plus(MOMENT);
        assertRefused(Termination.STREAM_TIMEOUT);
    }

    @Test
    void otherCommandsHaveNoDay() {
        seen.command = Command.PING;
        seen.dailyScans++;
        assertThat(judged(limits())).isEmpty();
    }

    @Test
    void theFirstLimitThatASessionMeetsIsNamed() {
        seen.bytes++;
        seen.commandTime = TestLimits.COMMAND_TIMEOUT.plus(MOMENT);
        assertRefused(Termination.COMMAND_TIMEOUT);
    }

    @Test
    void whatWasEndedInTheSameWayAnywayIsNoNews() {
        seen.bytes++;
        seen.termination = Termination.STREAM_LIMIT;
        assertThat(judged(limits())).isEmpty();
    }

    @Test
    void aCommandThatTheProxyDoesNotKnowSaysNothingAboutAllowedCommands() {
        SessionResult refused =
                TestResult.result()
                        .attempted("SHUTDOWN")
                        .ended(Termination.COMMAND_REFUSED)
                        .build();
        assertThat(
                        DryRun.wouldEnd(
                                limits().policy(), limits().commands(Set.of()).policy(), refused))
                .isEmpty();
    }
}
