package clamd.vproxy.policies;

import clamd.vproxy.policies.LimitValue.Allowed;
import clamd.vproxy.policies.LimitValue.Count;
import clamd.vproxy.policies.LimitValue.Flag;
import clamd.vproxy.policies.LimitValue.Size;
import clamd.vproxy.policies.LimitValue.Time;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * A limit that the policy file can set: its key in the file, the kind of its value and the range of
 * it. Immutable.
 *
 * <p>Everything that has to know "all limits" (the binder, the resolver, the schema's test,
 * explain) asks this list.
 */
public enum Limit {
    /** How many connections one guest may have in service at once; 0 = none. */
    MAX_CONNECTIONS("maxConnections", new Count(0), new Count(10_000)),
    /** How many connections above the quota may wait for it; 0 = refuse at once. */
    MAX_WAITING_CONNECTIONS("maxWaitingConnections", new Count(0), new Count(10_000)),
    /** The sum of all chunks of one INSTREAM; 0 = not even one byte. */
    MAX_STREAM_SIZE("maxStreamSize", new Size(0), new Size(1L << 40)),
    /** One chunk of an INSTREAM; its length travels in 32 unsigned bits, hence the maximum. */
    MAX_CHUNK_SIZE("maxChunkSize", new Size(0), new Size((1L << 32) - 1)),
    /** From the beginning of service to a complete command. */
    COMMAND_TIMEOUT("commandTimeout", shortestTime(), longestTime()),
    /** The longest silence within a stream; also how long PING and VERSION may take. */
    READ_TIMEOUT("readTimeout", shortestTime(), longestTime()),
    /** From the command to clamd's reply, the waits for a place and a scan slot not counted. */
    STREAM_TIMEOUT("streamTimeout", shortestTime(), longestTime()),
    /** The longest wait for the quota, again for a place at clamd, and again for a scan slot. */
    QUEUE_TIMEOUT("queueTimeout", shortestTime(), longestTime()),
    /** The commands that the guest may send. */
    COMMANDS("commands", new Allowed(Set.of()), new Allowed(EnumSet.allOf(Command.class))),
    /**
     * The share of clamd's places and scan time relative to other waiting guests: a place that
     * comes free goes to the guest that holds fewest in relation to its weight, a scan slot to the
     * one that had least of clamd's time in relation to it.
     */
    WEIGHT("weight", new Count(1), new Count(1000)),
    /** Whether a connection over the quota or the rate may wait at all; false = refuse at once. */
    QUEUE("queue", new Flag(false), new Flag(true)),
    /** How many connections per second may begin; a burst of one second's worth is free. */
    MAX_CONNECTION_RATE(
            "maxConnectionRate", new Count(1), new Count(Limits.HIGHEST_CONNECTION_RATE)),
    /** Bytes per second that all uploads of one guest may bring together. */
    MAX_BYTE_RATE("maxByteRate", new Size(1), new Size(Limits.HIGHEST_BYTE_RATE)),
    /** What all open uploads of one guest may hold in clamd's temporary directory together. */
    MAX_SPOOL_SIZE("maxSpoolSize", new Size(1), new Size(Limits.HIGHEST_SPOOL_BYTES)),
    /** File data that one guest may have taken on one day of the host's calendar; 0 = none. */
    MAX_DAILY_BYTES("maxDailyBytes", new Size(0), new Size(Limits.HIGHEST_DAILY_BYTES)),
    /** How many streams one guest may have scanned on one day of the host's calendar; 0 = none. */
    MAX_DAILY_SCANS("maxDailyScans", new Count(0), new Count(Limits.HIGHEST_DAILY_SCANS)),
    /** Whether the audit file has the SHA-256 of streams in which something was found. */
    HASH_STREAMS("hashStreams", new Flag(false), new Flag(true));

    private final String key;
    private final LimitValue minimum;
    private final LimitValue maximum;

    Limit(String key, LimitValue minimum, LimitValue maximum) {
        this.key = key;
        this.minimum = minimum;
        this.maximum = maximum;
    }

    /** The name of this limit in the policy file. */
    public String key() {
        return key;
    }

    /** The smallest allowed value; its type is the kind of every value of this limit. */
    public LimitValue minimum() {
        return minimum;
    }

    /** The largest allowed value. */
    public LimitValue maximum() {
        return maximum;
    }

    /** The limit that has this name in the policy file. */
    static Optional<Limit> ofKey(String key) {
        return Arrays.stream(values()).filter(limit -> limit.key.equals(key)).findFirst();
    }

    /** This limit's value in the given limits. */
    public LimitValue valueIn(Limits limits) {
        return switch (this) {
            case MAX_CONNECTIONS -> new Count(limits.maxConnections());
            case MAX_WAITING_CONNECTIONS -> new Count(limits.maxWaitingConnections());
            case MAX_STREAM_SIZE -> new Size(limits.maxStreamBytes());
            case MAX_CHUNK_SIZE -> new Size(limits.maxChunkBytes());
            case COMMAND_TIMEOUT -> new Time(limits.commandTimeout());
            case READ_TIMEOUT -> new Time(limits.readTimeout());
            case STREAM_TIMEOUT -> new Time(limits.streamTimeout());
            case QUEUE_TIMEOUT -> new Time(limits.queueTimeout());
            case COMMANDS -> new Allowed(limits.commands());
            case WEIGHT -> new Count(limits.weight());
            case QUEUE -> new Flag(limits.queue());
            case MAX_CONNECTION_RATE -> new Count(limits.maxConnectionRate());
            case MAX_BYTE_RATE -> new Size(limits.maxByteRate());
            case MAX_SPOOL_SIZE -> new Size(limits.maxSpoolBytes());
            case MAX_DAILY_BYTES -> new Size(limits.maxDailyBytes());
            case MAX_DAILY_SCANS -> new Count(limits.maxDailyScans());
            case HASH_STREAMS -> new Flag(limits.hashStreams());
        };
    }

    /** Whether the value lies within minimum and maximum, both included. */
    boolean admits(LimitValue value) {
        return value.magnitude() >= minimum.magnitude() && value.magnitude() <= maximum.magnitude();
    }

    /** "0 to 10000", "0 to 1TiB", "more than 0 and at most 24h". */
    String range() {
        return minimum instanceof Time
                ? "more than 0 and at most " + maximum
                : minimum + " to " + maximum;
    }

    /**
     * Refuses a value that is out of range.
     *
     * @throws IllegalArgumentException if it is, naming the key, the value and the range
     */
    void require(LimitValue value) {
        if (!admits(value)) {
            throw new IllegalArgumentException(
                    key + " is " + value + ", out of range; it is " + range());
        }
    }

    private static LimitValue shortestTime() {
        return new Time(Duration.ofNanos(1));
    }

    private static LimitValue longestTime() {
        return new Time(Duration.ofHours(24));
    }
}
