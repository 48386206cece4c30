package clamd.vproxy.policies;

import clamd.vproxy.policies.LimitValue.Allowed;
import clamd.vproxy.policies.LimitValue.Count;
import clamd.vproxy.policies.LimitValue.Size;
import clamd.vproxy.policies.LimitValue.Time;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/**
 * What one guest may use: connections, stream and chunk sizes, times, commands and its share of the
 * places at clamd. Immutable; the ranges are those of {@link Limit}, and no number means
 * "unlimited".
 *
 * @param maxConnections connections in service at once, 0 to 10000; 0 = none
 * @param maxWaitingConnections connections waiting above the quota, 0 to 10000; 0 = refuse at once
 * @param maxStreamBytes bytes of one INSTREAM, 0 to 1 TiB; 0 = not even one byte
 * @param maxChunkBytes bytes of one chunk, 0 to 4294967295, the largest length that INSTREAM can
 *     declare
 * @param commandTimeout from the beginning of service to a complete command, more than 0, at most
 *     24 hours
 * @param readTimeout the longest silence within a stream, and how long PING and VERSION may take,
 *     more than 0, at most 24 hours
 * @param streamTimeout from the command to clamd's reply, the waits for a place and a scan slot at
 *     clamd not counted, more than 0, at most 24 hours
 * @param queueTimeout the longest wait for the quota, again for a place at clamd, and again for a
 *     scan slot, more than 0, at most 24 hours
 * @param commands what the guest may send; empty = nothing
 * @param weight share of clamd's places and scan time relative to other waiting guests, 1 to 1000
 */
public record Limits(
        int maxConnections,
        int maxWaitingConnections,
        long maxStreamBytes,
        long maxChunkBytes,
        Duration commandTimeout,
        Duration readTimeout,
        Duration streamTimeout,
        Duration queueTimeout,
        Set<Command> commands,
        int weight) {

    private static final Limits STANDARD =
            new Limits(
                    10,
                    100,
                    100L << 20,
                    25L << 20,
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(120),
                    Duration.ofSeconds(30),
                    EnumSet.allOf(Command.class),
                    1);

    /**
     * Checks every range and copies the commands.
     *
     * @throws IllegalArgumentException if a value is out of range, naming it as the policy file
     *     does
     */
    public Limits {
        Limit.MAX_CONNECTIONS.require(new Count(maxConnections));
        Limit.MAX_WAITING_CONNECTIONS.require(new Count(maxWaitingConnections));
        Limit.MAX_STREAM_SIZE.require(new Size(maxStreamBytes));
        Limit.MAX_CHUNK_SIZE.require(new Size(maxChunkBytes));
        Limit.COMMAND_TIMEOUT.require(new Time(commandTimeout));
        Limit.READ_TIMEOUT.require(new Time(readTimeout));
        Limit.STREAM_TIMEOUT.require(new Time(streamTimeout));
        Limit.QUEUE_TIMEOUT.require(new Time(queueTimeout));
        Limit.WEIGHT.require(new Count(weight));
        commands = new Allowed(commands).commands();
    }

    /**
     * The limits of a guest of which neither the policy file nor the command line says anything.
     */
    public static Limits standard() {
        return STANDARD;
    }
}
