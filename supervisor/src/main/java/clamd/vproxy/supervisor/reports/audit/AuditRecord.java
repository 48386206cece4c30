package clamd.vproxy.supervisor.reports.audit;

import clamd.vproxy.supervisor.connections.dispatch.EndedSession;
import java.time.Instant;
import java.util.UUID;

/**
 * The content of the audit file about one session. Immutable.
 *
 * @param at when the session ended
 * @param uid identifies this record among all others
 * @param leftOut how many records of this kind and guest were left out before this one
 */
record AuditRecord(Kind kind, Instant at, UUID uid, EndedSession session, long leftOut) {
    /** The kind of an event. */
    enum Kind {
        /** clamd found something in a stream. */
        DETECTION,
        /** clamd reported that it has not scanned all of a stream. */
        INCOMPLETE_SCAN,
        /** A guest sent a command that is not allowed. */
        BLOCKED_COMMAND
    }

    /** Whether the caller waits until the record is on the disk. */
    boolean isToBeForced() {
        return kind == Kind.DETECTION;
    }
}
