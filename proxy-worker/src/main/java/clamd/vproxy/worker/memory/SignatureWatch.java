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
 * Watches the signatures with which the clamds scan. It polls the version of every clamd that is
 * up, in rounds: when a session needs a newer answer than the last one, and at intervals.
 *
 * <p>One thread runs {@link #run}; any thread may call the other methods.
 */
public final class SignatureWatch implements Runnable, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SignatureWatch.class);

    /** The longest time between two rounds, so that a restart of clamd is noticed. */
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final ClamdVersions versions;
    private final Function<SignatureVersion, Optional<Object>> files;
    private final LongSupplier nanoClock;

    /** The result of the latest round; before the first one, of round 0. */
    private volatile Known known;

    /** The number of the last round that has begun. */
    private volatile long begun;

    /** The last round that may have polled clamd before a newer version was seen. */
    @GuardedBy("this")
    private long outdated;

    @GuardedBy("this")
    private boolean wanted;

    @GuardedBy("this")
    private boolean closed;

    private volatile Runnable whenChanged = () -> {};

    /**
     * @param versions polls the clamds; used by this watch only
     * @param files identifies the files on which the verdicts of clamds with this version depend;
     *     empty if they are uncertain at present
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

    /** Sets an action to run whenever verdicts become invalid; it is called without a lock. */
    void whenChanged(Runnable action) {
        whenChanged = action;
    }

    /** Returns the result of the latest round. */
    Known known() {
        return known;
    }

    /** Returns the number of the last round that has begun. */
    long begun() {
        return begun;
    }

    /**
     * Returns the result of a round after {@code round} that began at {@code sinceNanos} or later.
     * Waits for such a round until {@code deadlineNanos}; returns empty if none has ended by then.
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

    /**
     * Compares the version that clamd sent a guest with the known one; if they differ, all verdicts
     * become invalid.
     */
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

    /** The common version of all clamds, and the files that they have loaded. */
    private record Answer(Set<String> clamds, SignatureVersion version, Object files) {
        boolean isOf(Optional<Object> other) {
            return other.equals(Optional.of(version));
        }
    }

    /** Polls the clamds at intervals and on demand, until {@link #close}. */
    @Override
    public void run() {
        do {
            ask();
        } while (awaitDemand());
    }

    /** Polls the clamds once. */
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

    /** Stores the answer of a round, and returns whether it invalidates the previous one. */
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

    /** Ends {@link #run} and every wait soon. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        versions.close();
    }
}
