package clamd.vproxy.worker.testing;

import clamd.vproxy.policies.Command;
import clamd.vproxy.worker.daily.DailyAmount;
import clamd.vproxy.worker.session.Demand;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.session.Verdict;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Optional;

/**
 * Builds session results. A fresh builder describes a PING that was answered at once; each method
 * returns the builder. Not thread-safe.
 */
public final class TestResult {
    private Object guest = "guest";
    private long session = 1;
    private Optional<Command> command = Optional.of(Command.PING);
    private String attempt = "";
    private long streamBytes;
    private Duration queueWait = Duration.ZERO;
    private Duration permitWait = Duration.ZERO;
    private Duration pause = Duration.ZERO;
    private Duration slotWait = Duration.ZERO;
    private Duration scan = Duration.ZERO;
    private Duration total = Duration.ZERO;
    private int connections = 1;
    private int tenantConnections = 1;
    private DailyAmount tenantToday = DailyAmount.none(LocalDate.EPOCH);
    private long largestChunkBytes;
    private Duration commandTime = Duration.ZERO;
    private Duration streamTime = Duration.ZERO;
    private Duration longestSilence = Duration.ZERO;
    private DailyAmount today = DailyAmount.none(LocalDate.EPOCH);
    private Verdict verdict = Verdict.ANSWERED;
    private Optional<String> signature = Optional.empty();
    private Optional<String> sha256 = Optional.empty();
    private boolean cached;
    private Termination termination = Termination.COMPLETED;

    private TestResult() {}

    public static TestResult result() {
        return new TestResult();
    }

    public TestResult guest(Object next) {
        guest = next;
        return this;
    }

    public TestResult session(long next) {
        session = next;
        return this;
    }

    /** The session's command was accepted. */
    public TestResult accepted(Command next) {
        command = Optional.of(next);
        return this;
    }

    /** No command of the session was accepted; its bytes began with these letters. */
    public TestResult attempted(String next) {
        command = Optional.empty();
        attempt = next;
        return this;
    }

    public TestResult streamBytes(long next) {
        streamBytes = next;
        return this;
    }

    public TestResult queueWait(Duration next) {
        queueWait = next;
        return this;
    }

    public TestResult permitWait(Duration next) {
        permitWait = next;
        return this;
    }

    public TestResult pause(Duration next) {
        pause = next;
        return this;
    }

    public TestResult slotWait(Duration next) {
        slotWait = next;
        return this;
    }

    public TestResult scan(Duration next) {
        scan = next;
        return this;
    }

    public TestResult total(Duration next) {
        total = next;
        return this;
    }

    public TestResult connections(int next) {
        connections = next;
        return this;
    }

    public TestResult largestChunkBytes(long next) {
        largestChunkBytes = next;
        return this;
    }

    public TestResult commandTime(Duration next) {
        commandTime = next;
        return this;
    }

    public TestResult streamTime(Duration next) {
        streamTime = next;
        return this;
    }

    public TestResult longestSilence(Duration next) {
        longestSilence = next;
        return this;
    }

    public TestResult ofTenant(int itsConnections, long bytes, int scans) {
        tenantConnections = itsConnections;
        tenantToday = new DailyAmount(LocalDate.EPOCH, bytes, scans);
        return this;
    }

    public TestResult today(long bytes, int scans) {
        today = new DailyAmount(LocalDate.EPOCH, bytes, scans);
        return this;
    }

    public TestResult verdict(Verdict next) {
        verdict = next;
        return this;
    }

    public TestResult infected(String found, String hash) {
        verdict = Verdict.INFECTED;
        signature = Optional.of(found);
        sha256 = Optional.of(hash);
        return this;
    }

    /** The session ended so, with the verdict that belongs to it. */
    public TestResult ended(Termination next) {
        termination = next;
        verdict = next.verdict();
        return this;
    }

    public TestResult cached() {
        cached = true;
        return this;
    }

    public TestResult termination(Termination next) {
        termination = next;
        return this;
    }

    public SessionResult build() {
        return new SessionResult(
                guest,
                session,
                0,
                command,
                attempt,
                streamBytes,
                queueWait,
                permitWait,
                pause,
                slotWait,
                scan,
                total,
                new Demand(
                        connections,
                        tenantConnections,
                        largestChunkBytes,
                        commandTime,
                        streamTime,
                        longestSilence,
                        today,
                        tenantToday),
                verdict,
                signature,
                sha256,
                cached,
                termination,
                Optional.empty());
    }
}
