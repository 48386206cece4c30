package clamd.vproxy.supervisor.reports.status;

import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/** The phase of the daemon between its start and its end. Thread-safe. */
public final class ServicePhase {
    private static final Set<Phase> BEFORE_SERVING =
            EnumSet.of(Phase.STARTING, Phase.WAITING_FOR_CLAMD);

    private final InstantSource clock;
    private final Instant startedAt;
    private final AtomicReference<State> state;

    /** The phases, in their order. */
    public enum Phase {
        /** Not all listeners are open yet. */
        STARTING,
        /** Guests can connect, but no clamd has accepted a connection yet: their streams wait. */
        WAITING_FOR_CLAMD,
        /** Guests are served. */
        SERVING,
        /** No more connections are accepted; open sessions may finish. */
        STOPPING;

        /** Returns the name for people and in JSON, such as {@code waiting for clamd}. */
        String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /** A phase and its start. Immutable. */
    record State(Phase phase, Instant since) {}

    /**
     * @param clock the wall clock
     */
    public ServicePhase(InstantSource clock) {
        this.clock = clock;
        this.startedAt = clock.instant();
        this.state = new AtomicReference<>(new State(Phase.STARTING, startedAt));
    }

    /** Records that guests can connect, but no clamd has accepted a connection yet. */
    public void waitsForClamd() {
        enter(Phase.WAITING_FOR_CLAMD, EnumSet.of(Phase.STARTING));
    }

    /** Records that guests are served. */
    public void serving() {
        enter(Phase.SERVING, BEFORE_SERVING);
    }

    /** Records that the daemon accepts no more connections. */
    public void stopping() {
        enter(Phase.STOPPING, EnumSet.allOf(Phase.class));
    }

    private void enter(Phase next, Set<Phase> from) {
        State entered = new State(next, clock.instant());
        state.updateAndGet(before -> from.contains(before.phase()) ? entered : before);
    }

    /** Returns when the daemon started. */
    Instant startedAt() {
        return startedAt;
    }

    /** Returns the current phase. */
    State state() {
        return state.get();
    }
}
