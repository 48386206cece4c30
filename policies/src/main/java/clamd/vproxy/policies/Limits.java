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
 * @param queue whether a connection over the quota or the rate may wait; false = refuse at once
 * @param maxConnectionRate connections that may begin per second, 1 to 1000000; the largest is more
 *     than any guest can make
 * @param maxByteRate bytes per second of all uploads together, 1 to 4 GiB; the largest is more than
 *     any guest can send
 * @param maxSpoolBytes what all open uploads may hold in clamd's temporary directory together, 1 to
 *     1 TiB; one upload goes on whatever it is
 * @param maxDailyBytes file data taken on one day of the host's calendar, 0 to 1024 TiB
 * @param maxDailyScans streams scanned on one day of the host's calendar, 0 to 1000000000
 * @param hashStreams whether the SHA-256 of each stream is computed where there is an audit file
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
        int weight,
        boolean queue,
        int maxConnectionRate,
        long maxByteRate,
        long maxSpoolBytes,
        long maxDailyBytes,
        int maxDailyScans,
        boolean hashStreams) {

    // more than any guest can use
    static final int HIGHEST_CONNECTION_RATE = 1_000_000;
    static final long HIGHEST_BYTE_RATE = 1L << 32;
    static final long HIGHEST_SPOOL_BYTES = 1L << 40;
    static final long HIGHEST_DAILY_BYTES = 1L << 50;
    static final int HIGHEST_DAILY_SCANS = 1_000_000_000;

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
        Limit.MAX_CONNECTION_RATE.require(new Count(maxConnectionRate));
        Limit.MAX_BYTE_RATE.require(new Size(maxByteRate));
        Limit.MAX_SPOOL_SIZE.require(new Size(maxSpoolBytes));
        Limit.MAX_DAILY_BYTES.require(new Size(maxDailyBytes));
        Limit.MAX_DAILY_SCANS.require(new Count(maxDailyScans));
        commands = new Allowed(commands).commands();
    }

    /**
     * Limits that let connections wait, have streams hashed and set no rate, spool size or daily
     * amount that could be felt.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public Limits(
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
        this(
                maxConnections,
                maxWaitingConnections,
                maxStreamBytes,
                maxChunkBytes,
                commandTimeout,
                readTimeout,
                streamTimeout,
                queueTimeout,
                commands,
                weight,
                true,
                HIGHEST_CONNECTION_RATE,
                HIGHEST_BYTE_RATE,
                HIGHEST_SPOOL_BYTES,
                HIGHEST_DAILY_BYTES,
                HIGHEST_DAILY_SCANS,
                true);
    }

    /** Whether {@code maxDailyBytes} is less than what nobody can feel. */
    public boolean limitsDailyBytes() {
        return maxDailyBytes < HIGHEST_DAILY_BYTES;
    }

    /** Whether {@code maxDailyScans} is less than what nobody can feel. */
    public boolean limitsDailyScans() {
        return maxDailyScans < HIGHEST_DAILY_SCANS;
    }

    /**
     * The limits of a guest of which neither the policy file nor the command line says anything.
     */
    public static Limits standard() {
        return STANDARD;
    }
}
