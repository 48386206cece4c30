package clamd.vproxy.supervisor.reports.audit;

import clamd.vproxy.supervisor.connections.dispatch.EndedSession;
import java.time.Instant;
import java.util.UUID;

/**
 * What the audit file says of one session. Immutable.
 *
 * @param at when the session ended
 * @param uid tells this record from all others
 * @param leftOut how many records of this kind and guest were left out before this one
 */
record AuditRecord(Kind kind, Instant at, UUID uid, EndedSession session, long leftOut) {
    /** What happened. */
    enum Kind {
        /** clamd found something in a stream. */
        DETECTION,
        /** clamd reported that it has not scanned all of a stream. */
        INCOMPLETE_SCAN,
        /** A guest sent a command that it may not. */
        BLOCKED_COMMAND
    }

    /** Whether the caller waits until the record is on the disk. */
    boolean isToBeForced() {
        return kind == Kind.DETECTION;
    }
}
