package clamd.vproxy.policies;

import clamd.vproxy.policies.LimitSource.Layer;
import clamd.vproxy.policies.LimitValue.Allowed;
import clamd.vproxy.policies.LimitValue.Count;
import clamd.vproxy.policies.LimitValue.Flag;
import clamd.vproxy.policies.LimitValue.Size;
import clamd.vproxy.policies.LimitValue.Time;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A value with its source for every limit: layers are put over one another, field by field.
 * Immutable.
 */
record ResolvedLimits(Map<Limit, Setting> settings) {

    ResolvedLimits {
        settings = Collections.unmodifiableMap(new EnumMap<>(settings));
    }

    /** The lowest layer, which has a value for everything. */
    static ResolvedLimits underneath(Limits limits) {
        EnumMap<Limit, Setting> all = new EnumMap<>(Limit.class);
        for (Limit limit : Limit.values()) {
            all.put(limit, new Setting(limit.valueIn(limits), LimitSource.COMMAND_LINE));
        }
        return new ResolvedLimits(all);
    }

    /** These limits where the given layer is silent, the layer's where it is not. */
    ResolvedLimits overriddenBy(Map<Limit, Setting> layer) {
        EnumMap<Limit, Setting> all = new EnumMap<>(settings);
        all.putAll(layer);
        return new ResolvedLimits(all);
    }

    /** The policy of guests that the origin admits with these limits. */
    GuestPolicy admit(RuleOrigin origin) {
        return policy(false, origin);
    }

    /** The policy of guests that the origin refuses. */
    GuestPolicy deny(RuleOrigin origin) {
        LimitSource source = new LimitSource(Layer.RULE, origin.label());
        return overriddenBy(
                        Map.of(
                                Limit.MAX_CONNECTIONS, new Setting(new Count(0), source),
                                Limit.MAX_WAITING_CONNECTIONS, new Setting(new Count(0), source),
                                Limit.COMMANDS, new Setting(new Allowed(Set.of()), source)))
                .policy(true, origin);
    }

    private GuestPolicy policy(boolean denied, RuleOrigin origin) {
        EnumMap<Limit, LimitSource> sources = new EnumMap<>(Limit.class);
        settings.forEach((limit, setting) -> sources.put(limit, setting.source()));
        return new GuestPolicy(limits(), denied, origin, sources, Optional.empty());
    }

    private Limits limits() {
        return new Limits(
                count(Limit.MAX_CONNECTIONS),
                count(Limit.MAX_WAITING_CONNECTIONS),
                bytes(Limit.MAX_STREAM_SIZE),
                bytes(Limit.MAX_CHUNK_SIZE),
                time(Limit.COMMAND_TIMEOUT),
                time(Limit.READ_TIMEOUT),
                time(Limit.STREAM_TIMEOUT),
                time(Limit.QUEUE_TIMEOUT),
                commands(Limit.COMMANDS),
                count(Limit.WEIGHT),
                flag(Limit.QUEUE),
                count(Limit.MAX_CONNECTION_RATE),
                bytes(Limit.MAX_BYTE_RATE),
                bytes(Limit.MAX_SPOOL_SIZE),
                bytes(Limit.MAX_DAILY_BYTES),
                count(Limit.MAX_DAILY_SCANS),
                flag(Limit.HASH_STREAMS));
    }

    private int count(Limit limit) {
        if (value(limit) instanceof Count(long number)) {
            return Math.toIntExact(number);
        }
        throw wrongKind(limit);
    }

    private long bytes(Limit limit) {
        if (value(limit) instanceof Size(long bytes)) {
            return bytes;
        }
        throw wrongKind(limit);
    }

    private boolean flag(Limit limit) {
        if (value(limit) instanceof Flag(boolean set)) {
            return set;
        }
        throw wrongKind(limit);
    }

    private Duration time(Limit limit) {
        if (value(limit) instanceof Time(Duration duration)) {
            return duration;
        }
        throw wrongKind(limit);
    }

    private Set<Command> commands(Limit limit) {
        if (value(limit) instanceof Allowed(Set<Command> commands)) {
            return commands;
        }
        throw wrongKind(limit);
    }

    private LimitValue value(Limit limit) {
        Setting setting = settings.get(limit);
        if (setting == null) {
            throw new IllegalStateException(limit.key() + " has no value in any layer");
        }
        return setting.value();
    }

    private IllegalStateException wrongKind(Limit limit) {
        return new IllegalStateException(
                limit.key() + " has a value of the wrong kind: " + value(limit));
    }
}
