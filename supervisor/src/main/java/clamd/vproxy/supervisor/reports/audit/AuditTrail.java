package clamd.vproxy.supervisor.reports.audit;

import clamd.vproxy.supervisor.connections.dispatch.EndedSession;
import clamd.vproxy.supervisor.connections.dispatch.SessionObserver;
import clamd.vproxy.supervisor.reports.audit.AuditRecord.Kind;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.session.Verdict;
import java.io.IOException;
import java.time.Clock;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * Writes each infected or incompletely scanned stream and, within a bound, each blocked command to
 * the audit file. What clamd found is on the disk when {@link #ended} returns, as far as the disk
 * lets it. Thread-safe.
 */
public final class AuditTrail implements SessionObserver, AutoCloseable {
    private final AuditWriter writer;
    private final BlockedCommandBound bound;
    private final Clock clock;

    private AuditTrail(AuditWriter writer, BlockedCommandBound bound, Clock clock) {
        this.writer = writer;
        this.bound = bound;
        this.clock = clock;
    }

    /**
     * Opens the file.
     *
     * @param nanoClock a monotonic clock in nanoseconds
     * @param clock the wall clock
     * @throws IOException if the file cannot be had; the message is one line and says what to do
     */
    public static AuditTrail open(AuditSettings settings, LongSupplier nanoClock, Clock clock)
            throws IOException {
        AuditFile file = AuditFile.open(settings);
        return new AuditTrail(
                new AuditWriter(file, new OcsfFormat(version()), clock),
                new BlockedCommandBound(nanoClock),
                clock);
    }

    private static String version() {
        String version = AuditTrail.class.getPackage().getImplementationVersion();
        return version != null ? version : "unpackaged";
    }

    @Override
    public void ended(EndedSession session) {
        if (session.result().verdict() == Verdict.INFECTED) {
            write(Kind.DETECTION, session, 0);
        } else if (session.result().verdict() == Verdict.INCOMPLETE) {
            write(Kind.INCOMPLETE_SCAN, session, 0);
        } else if (session.result().termination() == Termination.COMMAND_REFUSED) {
            OptionalLong leftOut = bound.admit(session.guest().uuid());
            leftOut.ifPresent(count -> write(Kind.BLOCKED_COMMAND, session, count));
        }
    }

    private void write(Kind kind, EndedSession session, long leftOut) {
        writer.write(new AuditRecord(kind, clock.instant(), UUID.randomUUID(), session, leftOut));
    }

    /** How it stands with the file, now. */
    public AuditStatus status() {
        return writer.status();
    }

    /** Writes what is left and gives the file back. */
    @Override
    public void close() throws IOException {
        writer.close();
    }
}
