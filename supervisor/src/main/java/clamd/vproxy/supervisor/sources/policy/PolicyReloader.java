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
 * Has the policies in force follow the policy file. Its thread {@code policy-reload} looks at the
 * file when something happens in its folder, and every few seconds in any case; {@link #reload}
 * looks at once. A file that is correct as a whole is put in force as a whole; a wrong one changes
 * nothing, and the log says so until it is corrected.
 *
 * <p>Thread-safe, guarded by itself.
 */
public final class PolicyReloader implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PolicyReloader.class);

    /** For file systems that tell of no changes. */
    private static final Duration POLL = Duration.ofSeconds(10);

    /** How often it is said again that a file is wrong. */
    private static final Duration REMIND = Duration.ofMinutes(10);

    /** So often a wrong file may turn out different before what is wrong with it is said. */
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

    /** How it came into force. */
    @GuardedBy("this")
    private Loading lastLoading;

    /** When it was last said that the file is wrong. */
    @GuardedBy("this")
    private long toldNanos;

    /** Written with the lock held, read by anybody. */
    private volatile PolicyStatus status;

    private volatile boolean closed;

    /**
     * Begins to look at the file.
     *
     * @param target puts policies in force; is never called twice at a time
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

    /** Creates a reloader that looks at the file after {@code poll} without an event. */
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

    /** The limits that hold where the file is silent. */
    public Limits underneath() {
        return source.underneath();
    }

    /** How it stands with the policies, now. */
    public PolicyStatus status() {
        return status;
    }

    /**
     * Looks at the file at once and says what came of it, in the log, too. When this returns, what
     * is new is in force for all guests.
     */
    public synchronized ReloadOutcome reload() {
        ReloadOutcome outcome = look();
        switch (outcome) {
            case Unchanged(Loading last) -> reloadLog.unchanged(last.revision());
            case Refused(List<String> problems) -> tellWrong(problems);
            case Replaced _ -> {
                // told by then
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

    /** A defect must cost one look, not all that would come. */
    private void lookWithCare() throws InterruptedException {
        try {
            lookAndDoubt();
        } catch (RuntimeException e) {
            log.atError().setCause(e).log("reloading the policy file failed; a defect of ours");
        }
    }

    /**
     * Somebody may be writing the file, or have it moved away for a moment. So what is wrong is
     * said if it is the same in two looks.
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

    /** Returns what is wrong with the file if that is new and was not expected, to look again. */
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

    /** Looks at the file no more; what is in force stays so. Waits a few seconds at most. */
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
