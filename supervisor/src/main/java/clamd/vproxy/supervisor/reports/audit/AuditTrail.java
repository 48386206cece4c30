package clamd.vproxy.supervisor.reports.audit;

import clamd.vproxy.supervisor.base.version.ProgramVersion;
import clamd.vproxy.supervisor.connections.dispatch.EndedSession;
import clamd.vproxy.supervisor.connections.dispatch.LineBudget;
import clamd.vproxy.supervisor.connections.dispatch.SessionObserver;
import clamd.vproxy.supervisor.reports.audit.AuditRecord.Kind;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.session.Verdict;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * Writes each infected or incompletely scanned stream and, within a limit, each blocked command to
 * the audit file. A detection is on the disk when {@link #ended} returns, unless the disk fails or
 * hangs. Thread-safe.
 */
public final class AuditTrail implements SessionObserver, AutoCloseable {
    /** How many records of blocked commands one guest may cause in one span. */
    static final int BLOCKED_COMMANDS = 10;

    static final Duration SPAN = Duration.ofMinutes(1);

    /**
     * More guests than one host has; beyond that, the guest without events for longest is dropped.
     */
    private static final int MOST_GUESTS = 10_000;

    private final AuditWriter writer;
    private final LongSupplier nanoClock;
    private final Clock clock;

    @GuardedBy("itself")
    private final Map<UUID, LineBudget> blockedCommands =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<UUID, LineBudget> eldest) {
                    return size() > MOST_GUESTS;
                }
            };

    private AuditTrail(AuditWriter writer, LongSupplier nanoClock, Clock clock) {
        this.writer = writer;
        this.nanoClock = nanoClock;
        this.clock = clock;
    }

    /**
     * Opens the file.
     *
     * @param nanoClock a monotonic clock in nanoseconds
     * @param clock the wall clock
     * @throws IOException if the file cannot be opened; the message is one line and says what to do
     */
    public static AuditTrail open(AuditSettings settings, LongSupplier nanoClock, Clock clock)
            throws IOException {
        AuditFile file = AuditFile.open(settings);
        return new AuditTrail(
                new AuditWriter(file, new OcsfFormat(ProgramVersion.current().number()), clock),
                nanoClock,
                clock);
    }

    @Override
    public void ended(EndedSession session) {
        if (session.result().verdict() == Verdict.INFECTED) {
            write(Kind.DETECTION, session, 0);
        } else if (session.result().verdict() == Verdict.INCOMPLETE) {
            write(Kind.INCOMPLETE_SCAN, session, 0);
        } else if (session.result().termination() == Termination.COMMAND_REFUSED) {
            LineBudget budget = budgetOf(session.guest().uuid());
            if (budget.admit("")) {
                write(
                        Kind.BLOCKED_COMMAND,
                        session,
                        budget.takeLeftOut().values().stream().mapToLong(Long::longValue).sum());
            }
        }
    }

    private LineBudget budgetOf(UUID guest) {
        synchronized (blockedCommands) {
            return blockedCommands.computeIfAbsent(
                    guest, _ -> new LineBudget(BLOCKED_COMMANDS, SPAN, nanoClock));
        }
    }

    private void write(Kind kind, EndedSession session, long leftOut) {
        writer.write(new AuditRecord(kind, clock.instant(), UUID.randomUUID(), session, leftOut));
    }

    /** Returns the current status of the file. */
    public AuditStatus status() {
        return writer.status();
    }

    /** Writes the remaining records and releases the file. */
    @Override
    public void close() throws IOException {
        writer.close();
    }
}
