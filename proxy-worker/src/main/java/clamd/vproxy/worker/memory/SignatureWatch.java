package clamd.vproxy.worker.memory;

import clamd.vproxy.worker.clamd.ClamdVersions;
import clamd.vproxy.worker.clamd.SignatureVersion;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows with which signatures the clamds scan. It asks every clamd that is up for its version, in
 * rounds: when a session needs an answer that is newer than the last one, and at intervals.
 *
 * <p>One thread runs it, the rest is for any thread.
 */
public final class SignatureWatch implements Runnable, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SignatureWatch.class);

    /** The longest time between two rounds, so that a restart of clamd is noticed. */
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final ClamdVersions versions;
    private final Function<SignatureVersion, Optional<Object>> files;
    private final LongSupplier nanoClock;

    /** Of no round. */
    private volatile Known known;

    /** The last round that has begun. */
    private volatile long begun;

    /** Rounds up to this one may have asked before a newer version was seen. */
    @GuardedBy("this")
    private long outdated;

    @GuardedBy("this")
    private boolean wanted;

    @GuardedBy("this")
    private boolean closed;

    private volatile Runnable whenChanged = () -> {};

    /**
     * @param versions asks the clamds, for this watch alone
     * @param files what else the verdicts of clamds with this version depend on; empty if that is
     *     not certain now
     */
    public SignatureWatch(
            ClamdVersions versions,
            Function<SignatureVersion, Optional<Object>> files,
            LongSupplier nanoClock) {
        this.versions = versions;
        this.files = files;
        this.nanoClock = nanoClock;
        this.known = new Known(0, 0, nanoClock.getAsLong(), Optional.empty());
    }

    /** Has {@code action} run whenever verdicts cease to hold; no lock is held. */
    void whenChanged(Runnable action) {
        whenChanged = action;
    }

    /** What was last learnt. */
    Known known() {
        return known;
    }

    /** The number of the last round that has begun. */
    long begun() {
        return begun;
    }

    /**
     * What was learnt in a round after {@code round} that began at {@code sinceNanos} or later;
     * waits for it until {@code deadlineNanos}, and is empty if there is none by then.
     */
    Optional<Known> since(long round, long sinceNanos, long deadlineNanos) {
        Known last = known;
        if (!isNew(last, round, sinceNanos)) {
            last = await(round, sinceNanos, deadlineNanos);
        }
        return Optional.of(last).filter(now -> isNew(now, round, sinceNanos));
    }

    private static boolean isNew(Known last, long round, long sinceNanos) {
        return last.round() > round && last.askedNanos() - sinceNanos >= 0;
    }

    private synchronized Known await(long round, long sinceNanos, long deadlineNanos) {
        long left = deadlineNanos - nanoClock.getAsLong();
        while (!isNew(known, round, sinceNanos) && left > 0 && !closed) {
            wanted = true;
            notifyAll();
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                break;
            }
            left = deadlineNanos - nanoClock.getAsLong();
        }
        return known;
    }

    /** clamd has told a guest its version; if that is another than was known, no verdict holds. */
    public void announced(String text) {
        Optional<Object> version = SignatureVersion.parse(text).map(Function.identity());
        if (known.answer().filter(answer -> !((Answer) answer).isOf(version)).isPresent()) {
            doubt();
            whenChanged.run();
        }
    }

    private synchronized void doubt() {
        outdated = begun;
        known = known.next(known.round(), known.askedNanos(), Optional.empty());
        wanted = true;
        notifyAll();
    }

    /** The version that all clamds have, and the files that they have loaded. */
    private record Answer(Set<String> clamds, SignatureVersion version, Object files) {
        boolean isOf(Optional<Object> other) {
            return other.equals(Optional.of(version));
        }
    }

    /** Asks when it is time, until {@link #close}. */
    @Override
    public void run() {
        do {
            ask();
        } while (awaitDemand());
    }

    /** Asks once, now. */
    public void ask() {
        long asked = nanoClock.getAsLong();
        long round = begin();
        Optional<Object> answer = Optional.empty();
        try {
            answer = answer(versions.askAll());
        } catch (RuntimeException | OutOfMemoryError e) {
            log.error("clamd's signatures could not be learnt", e);
        }
        if (learn(round, asked, answer)) {
            whenChanged.run();
        }
    }

    private synchronized long begin() {
        begun++;
        return begun;
    }

    private Optional<Object> answer(Map<String, Optional<SignatureVersion>> answers) {
        Set<Optional<SignatureVersion>> different = new HashSet<>(answers.values());
        return different.size() == 1
                ? different
                        .iterator()
                        .next()
                        .flatMap(version ->
                                files.apply(version)
                                        .map(seen ->
                                                new Answer(
                                                        Set.copyOf(answers.keySet()),
                                                        version,
                                                        seen)))
                : Optional.empty();
    }

    /** Whether what was known until now holds no more. */
    private synchronized boolean learn(long round, long askedNanos, Optional<Object> answer) {
        Known before = known;
        known = before.next(round, askedNanos, round > outdated ? answer : Optional.empty());
        notifyAll();
        return before.isUsable() && known.firstRound() != before.firstRound();
    }

    private synchronized boolean awaitDemand() {
        long deadline = nanoClock.getAsLong() + IDLE_NANOS;
        long left = IDLE_NANOS;
        try {
            while (!closed && !wanted && left > 0) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
                left = deadline - nanoClock.getAsLong();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            closed = true;
        }
        wanted = false;
        return !closed;
    }

    /** Ends {@link #run} soon, and every wait. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        versions.close();
    }
}
