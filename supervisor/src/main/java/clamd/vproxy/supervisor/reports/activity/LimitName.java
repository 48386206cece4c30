package clamd.vproxy.supervisor.reports.activity;

import clamd.vproxy.worker.session.Termination;
import java.util.Optional;

/**
 * Which limit a session ran into, by the name under which an operator changes it: a key of the
 * policy file, an option or a command. Static function only.
 */
public final class LimitName {
    private LimitName() {}

    /** The limit that ends sessions so; nothing if none does. */
    public static Optional<String> of(Termination termination) {
        return Optional.ofNullable(
                switch (termination) {
                    case COMMAND_REFUSED -> "commands";
                    case COMMAND_TIMEOUT -> "commandTimeout";
                    case CHUNK_LIMIT -> "maxChunkSize";
                    case CHUNKS_TOO_SMALL -> "chunks";
                    case STREAM_LIMIT -> "maxStreamSize";
                    case READ_TIMEOUT -> "readTimeout";
                    case STREAM_TIMEOUT -> "streamTimeout";
                    case QUEUE_TIMEOUT, SLOT_TIMEOUT -> "queueTimeout";
                    case SPOOL_TIMEOUT -> "maxSpoolSize";
                    case QUOTA -> "maxConnections";
                    case CONNECTION_RATE -> "maxConnectionRate";
                    case DAILY_BYTES -> "maxDailyBytes";
                    case DAILY_SCANS -> "maxDailyScans";
                    case HOST_LIMIT -> "host-max-connections";
                    case GUEST_DENIED -> "deny";
                    case DRAINED -> "drain";
                    case PAUSED -> "pause";
                    case COMPLETED,
                            NOTHING_ASKED,
                            COMMAND_INCOMPLETE,
                            STREAM_INCOMPLETE,
                            UNKNOWN_GUEST,
                            CLAMD_UNREACHABLE,
                            CLAMD_CLOSED,
                            CLAMD_TIMEOUT,
                            CLAMD_REPLY_MALFORMED,
                            GUEST_LEFT,
                            GUEST_STOPPED,
                            SHUTDOWN,
                            KILLED,
                            INTERNAL_ERROR ->
                            null;
                });
    }
}
