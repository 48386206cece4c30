package clamd.vproxy.policies;

import clamd.vproxy.policies.LimitValue.Bound;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The limits that all guests of one tenant share. Immutable.
 *
 * @param settings the limits that are set, each with its place in the file; the others do not apply
 */
public record TenantLimits(Map<Limit, Setting> settings) {
    /** A tenant without limits. */
    public static final TenantLimits NONE = new TenantLimits(Map.of());

    /**
     * Copies the settings.
     *
     * @throws IllegalArgumentException if a tenant cannot have one of the limits
     */
    public TenantLimits {
        EnumMap<Limit, Setting> copy = new EnumMap<>(Limit.class);
        copy.putAll(settings);
        for (Limit limit : copy.keySet()) {
            if (!limit.isForTenants()) {
                throw new IllegalArgumentException("a tenant has no " + limit.key());
            }
        }
        settings = Collections.unmodifiableMap(copy);
    }

    /** Returns these limits, overridden by those that the given layer sets. */
    TenantLimits overriddenBy(Map<Limit, Setting> layer) {
        EnumMap<Limit, Setting> all = new EnumMap<>(Limit.class);
        all.putAll(settings);
        all.putAll(layer);
        return new TenantLimits(all);
    }

    /** Returns the limit's value and place; empty if it is not set. */
    public Optional<Setting> setting(Limit limit) {
        return Optional.ofNullable(settings.get(limit));
    }

    /**
     * Returns the most that the tenant may use; empty if it is not set, or set to {@code no limit}.
     */
    public OptionalLong bound(Limit limit) {
        Setting setting = settings.get(limit);
        return setting != null && setting.value() instanceof Bound bound
                ? OptionalLong.of(bound.magnitude())
                : OptionalLong.empty();
    }

    /** Returns the weight; empty if none is set. */
    public OptionalInt weight() {
        OptionalLong weight = bound(Limit.WEIGHT);
        return weight.isPresent()
                ? OptionalInt.of(Math.toIntExact(weight.getAsLong()))
                : OptionalInt.empty();
    }
}
