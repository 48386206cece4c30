package clamd.vproxy.supervisor.sources.policy;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.PolicyException;
import clamd.vproxy.policies.PolicySet;
import clamd.vproxy.supervisor.base.threads.SupervisorThreads;
import clamd.vproxy.supervisor.sources.policy.ReloadOutcome.Loading;
import clamd.vproxy.supervisor.sources.policy.ReloadOutcome.Refused;
import clamd.vproxy.supervisor.sources.policy.ReloadOutcome.Replaced;
import clamd.vproxy.supervisor.sources.policy.ReloadOutcome.Unchanged;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the policies in force up to date with the policy file. Its thread {@code policy-reload}
 * reads the file after each event in its folder, and every few seconds in any case; {@link #reload}
 * reads it at once. A correct file is put in force as a whole; a faulty one changes nothing, and
 * the log reports it until it is corrected.
 *
 * <p>Thread-safe, guarded by itself.
 */
public final class PolicyReloader implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PolicyReloader.class);

    /** The interval for file systems that report no changes. */
    private static final Duration POLL = Duration.ofSeconds(10);

    /** How often the log repeats that a file is faulty. */
    private static final Duration REMIND = Duration.ofMinutes(10);

    /** How often a faulty file may change between two reads before it is reported anyway. */
    private static final int MOST_DOUBTS = 10;

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final PolicySource source;
    private final Function<PolicySet, PolicySwap> target;
    private final LongSupplier nanoClock;
    private final Clock clock;
    private final ReloadLog reloadLog;
    private final PolicyWatch watch;
    private final Duration poll;
    private final Thread thread;

    @GuardedBy("this")
    private final PolicyReader reader;

    @GuardedBy("this")
    private PolicySet inForce;

    /** The reload that put the current policies in force. */
    @GuardedBy("this")
    private Loading lastLoading;

    /** When the log last reported a faulty file. */
    @GuardedBy("this")
    private long toldNanos;

    /** Written with the lock held, read by any thread. */
    private volatile PolicyStatus status;

    private volatile boolean closed;

    /**
     * Starts watching the file.
     *
     * @param target puts policies in force; calls never overlap
     * @param nanoClock a monotonic clock in nanoseconds
     * @param clock the wall clock, for {@link #status()}
     */
    public PolicyReloader(
            PolicySource source,
            Function<PolicySet, PolicySwap> target,
            LongSupplier nanoClock,
            Clock clock) {
        this(source, target, nanoClock, clock, POLL);
    }

    /** Creates a reloader that reads the file after {@code poll} without an event. */
    PolicyReloader(
            PolicySource source,
            Function<PolicySet, PolicySwap> target,
            LongSupplier nanoClock,
            Clock clock,
            Duration poll) {
        this.source = source;
        this.target = target;
        this.nanoClock = nanoClock;
        this.clock = clock;
        this.poll = poll;
        this.reloadLog = new ReloadLog(source.file());
        this.reader = new PolicyReader(source);
        this.inForce = source.first();
        this.status =
                new PolicyStatus(
                        source.file(),
                        PolicyRevision.first(source.first()),
                        clock.instant(),
                        Optional.empty());
        this.lastLoading =
                new Loading(
                        status.revision(),
                        status.loadedAt(),
                        new PolicySwap(0, List.of()),
                        Duration.ZERO);
        this.watch = new PolicyWatch(source.file(), nanoClock);
        this.thread = SupervisorThreads.start("policy-reload", this::run);
    }

    /** Returns the limits that apply unless the file sets others. */
    public Limits underneath() {
        return source.underneath();
    }

    /** Returns the current status of the policies. */
    public PolicyStatus status() {
        return status;
    }

    /**
     * Reads the file at once, and logs and returns the outcome. When this returns, new policies are
     * in force for all guests.
     */
    public synchronized ReloadOutcome reload() {
        ReloadOutcome outcome = look();
        switch (outcome) {
            case Unchanged(Loading last) -> reloadLog.unchanged(last.revision());
            case Refused(List<String> problems) -> tellWrong(problems);
            case Replaced _ -> {
                // already logged
            }
        }
        return outcome;
    }

    private void run() {
        try {
            while (!closed) {
                lookWithCare();
                watch.await(poll);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        }
    }

    /** Reads the file and survives a defect in doing so, so that later reads still happen. */
    private void lookWithCare() throws InterruptedException {
        try {
            lookAndDoubt();
        } catch (RuntimeException e) {
            log.atError().setCause(e).log("reloading the policy file failed; a defect of ours");
        }
    }

    /**
     * Reads the file until two reads find the same problems, and then reports them: an editor may
     * be writing the file, or have moved it away for a moment.
     */
    private void lookAndDoubt() throws InterruptedException {
        List<String> suspected = List.of();
        for (int doubts = 0; doubts <= MOST_DOUBTS && !closed; doubts++) {
            watch.arm();
            Optional<List<String>> news = lookOnce(suspected, doubts == MOST_DOUBTS);
            if (news.isEmpty()) {
                return;
            }
            suspected = news.get();
            watch.settle();
        }
    }

    /**
     * Returns the file's problems if they are new and unexpected, so that the caller reads it
     * again.
     */
    private synchronized Optional<List<String>> lookOnce(List<String> suspected, boolean last) {
        if (!(look() instanceof Refused(List<String> problems)) || closed) {
            return Optional.empty();
        }
        boolean known =
                status.lastError().filter(told -> told.problems().equals(problems)).isPresent();
        if (known && nanoClock.getAsLong() - toldNanos < REMIND.toNanos()) {
            return Optional.empty();
        }
        if (known || last || problems.equals(suspected)) {
            tellWrong(problems);
            return Optional.empty();
        }
        return Optional.of(problems);
    }

    @GuardedBy("this")
    private ReloadOutcome look() {
        long begun = nanoClock.getAsLong();
        PolicySet found;
        try {
            found = reader.read(inForce);
        } catch (PolicyException e) {
            return new Refused(String.valueOf(e.getMessage()).lines().toList());
        }
        return found.revision().equals(inForce.revision()) ? keep() : replace(found, begun);
    }

    @GuardedBy("this")
    private ReloadOutcome keep() {
        if (status.lastError().isPresent()) {
            status = status.corrected();
            reloadLog.correctAgain(status.revision());
        }
        return new Unchanged(lastLoading);
    }

    @GuardedBy("this")
    private ReloadOutcome replace(PolicySet found, long begun) {
        PolicyRevision revision = status.revision().next(found);
        PolicySet named = found.named(revision.label());
        PolicySwap swap = target.apply(named);
        inForce = found;
        boolean wasWrong = status.lastError().isPresent();
        Instant now = clock.instant();
        status = new PolicyStatus(source.file(), revision, now, Optional.empty());
        lastLoading =
                new Loading(revision, now, swap, Duration.ofNanos(nanoClock.getAsLong() - begun));
        if (wasWrong) {
            reloadLog.correctAgain(revision);
        }
        reloadLog.replaced(lastLoading);
        source.check().accept(named);
        return new Replaced(lastLoading);
    }

    @GuardedBy("this")
    private void tellWrong(List<String> problems) {
        status = status.wrong(clock.instant(), problems);
        toldNanos = nanoClock.getAsLong();
        reloadLog.wrong(status.revision(), problems);
    }

    /** Stops watching the file; the current policies stay in force. Waits a few seconds at most. */
    @Override
    public void close() {
        closed = true;
        watch.close();
        try {
            if (!thread.join(CLOSE_LIMIT)) {
                log.warn("{} cannot be read to its end; left behind", source.file());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
