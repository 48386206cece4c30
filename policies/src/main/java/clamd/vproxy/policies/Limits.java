package clamd.vproxy.policies;

import clamd.vproxy.policies.LimitValue.Allowed;
import clamd.vproxy.policies.LimitValue.Bound;
import clamd.vproxy.policies.LimitValue.Flag;
import clamd.vproxy.policies.LimitValue.NoLimit;
import clamd.vproxy.policies.LimitValue.Scope;
import clamd.vproxy.policies.LimitValue.Time;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A value for each {@link Limit}: what one guest may use. Immutable.
 *
 * @param values has every limit as a key
 */
public record Limits(Map<Limit, LimitValue> values) {
    private static final Limits STANDARD =
            new Limits(
                    Arrays.stream(Limit.values())
                            .collect(Collectors.toMap(Function.identity(), Limit::standard)));

    /**
     * Copies the values.
     *
     * @throws IllegalArgumentException if a limit has no value or one out of its range; the message
     *     names the limit as the policy file does
     */
    public Limits {
        EnumMap<Limit, LimitValue> copy = new EnumMap<>(values);
        for (Limit limit : Limit.values()) {
            LimitValue value = copy.get(limit);
            if (value == null || !limit.admits(value)) {
                throw new IllegalArgumentException(
                        limit.key() + " is " + value + ", out of range; it is " + limit.range());
            }
        }
        values = Collections.unmodifiableMap(copy);
    }

    /**
     * Returns the limits of a guest for which neither the policy file nor the command line sets
     * any.
     */
    public static Limits standard() {
        return STANDARD;
    }

    /**
     * Returns these limits with one value replaced.
     *
     * @throws IllegalArgumentException if the value is out of range; the message names the limit
     */
    public Limits with(Limit limit, LimitValue value) {
        EnumMap<Limit, LimitValue> changed = new EnumMap<>(values);
        changed.put(limit, value);
        return new Limits(changed);
    }

    /** Returns the value of one limit. */
    public LimitValue value(Limit limit) {
        return Objects.requireNonNull(values.get(limit));
    }

    public int maxConnections() {
        return count(Limit.MAX_CONNECTIONS);
    }

    public int maxWaitingConnections() {
        return count(Limit.MAX_WAITING_CONNECTIONS);
    }

    public long maxStreamBytes() {
        return magnitude(Limit.MAX_STREAM_SIZE);
    }

    public long maxChunkBytes() {
        return magnitude(Limit.MAX_CHUNK_SIZE);
    }

    public Duration commandTimeout() {
        return time(Limit.COMMAND_TIMEOUT);
    }

    public Duration readTimeout() {
        return time(Limit.READ_TIMEOUT);
    }

    public Duration streamTimeout() {
        return time(Limit.STREAM_TIMEOUT);
    }

    public Duration queueTimeout() {
        return time(Limit.QUEUE_TIMEOUT);
    }

    public Set<Command> commands() {
        return ((Allowed) value(Limit.COMMANDS)).commands();
    }

    public int weight() {
        return count(Limit.WEIGHT);
    }

    public boolean queue() {
        return flag(Limit.QUEUE);
    }

    public OptionalLong maxConnectionRate() {
        return bound(Limit.MAX_CONNECTION_RATE);
    }

    public OptionalLong maxByteRate() {
        return bound(Limit.MAX_BYTE_RATE);
    }

    public OptionalLong maxSpoolBytes() {
        return bound(Limit.MAX_SPOOL_SIZE);
    }

    public OptionalLong maxDailyBytes() {
        return bound(Limit.MAX_DAILY_BYTES);
    }

    public OptionalLong maxDailyScans() {
        return bound(Limit.MAX_DAILY_SCANS);
    }

    public boolean hashStreams() {
        return flag(Limit.HASH_STREAMS);
    }

    /** Returns how long verdicts are remembered; zero disables it. */
    public Duration verdictMemory() {
        return hashStreams() ? time(Limit.VERDICT_MEMORY) : Duration.ZERO;
    }

    public VerdictScope verdictScope() {
        return ((Scope) value(Limit.VERDICT_SCOPE)).scope();
    }

    /** Returns the value of a limit that is a number. */
    public int count(Limit limit) {
        return Math.toIntExact(magnitude(limit));
    }

    private long magnitude(Limit limit) {
        return ((Bound) value(limit)).magnitude();
    }

    /** Returns the value of a limit that is a time. */
    public Duration time(Limit limit) {
        return ((Time) value(limit)).duration();
    }

    /** Returns the value of a limit that is yes or no. */
    public boolean flag(Limit limit) {
        return ((Flag) value(limit)).set();
    }

    /** Returns the value of a limit that can be lifted; empty if it is lifted. */
    public OptionalLong bound(Limit limit) {
        return switch (value(limit)) {
            case NoLimit _ -> OptionalLong.empty();
            case Bound bound -> OptionalLong.of(bound.magnitude());
        };
    }
}
