package clamd.vproxy.policies;

import clamd.vproxy.policies.LimitSource.Layer;
import clamd.vproxy.policies.LimitValue.Allowed;
import clamd.vproxy.policies.LimitValue.Count;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A value with its source for every limit, resolved from layers in which each limit overrides the
 * one below it. Immutable.
 */
record ResolvedLimits(Map<Limit, Setting> settings) {

    ResolvedLimits {
        settings = Collections.unmodifiableMap(new EnumMap<>(settings));
    }

    /** Returns the lowest layer, which has a value for every limit. */
    static ResolvedLimits underneath(Limits limits) {
        EnumMap<Limit, Setting> all = new EnumMap<>(Limit.class);
        limits.values()
                .forEach((limit, value) ->
                        all.put(limit, new Setting(value, LimitSource.underneath(limit, value))));
        return new ResolvedLimits(all);
    }

    /** Returns these limits, overridden by those that the given layer sets. */
    ResolvedLimits overriddenBy(Map<Limit, Setting> layer) {
        EnumMap<Limit, Setting> all = new EnumMap<>(settings);
        all.putAll(layer);
        return new ResolvedLimits(all);
    }

    /** Returns the policy of guests that the origin admits with these limits. */
    GuestPolicy admit(RuleOrigin origin) {
        return policy(false, origin);
    }

    /** Returns the policy of guests that the origin refuses. */
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
        EnumMap<Limit, LimitValue> values = new EnumMap<>(Limit.class);
        EnumMap<Limit, LimitSource> sources = new EnumMap<>(Limit.class);
        settings.forEach((limit, setting) -> {
            values.put(limit, setting.value());
            sources.put(limit, setting.source());
        });
        return new GuestPolicy(new Limits(values), denied, origin, sources, Optional.empty());
    }
}
