package clamd.vproxy.supervisor.reports.control;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.policies.Limit;
import clamd.vproxy.policies.LimitValue;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.Quantities;
import clamd.vproxy.policies.Setting;
import clamd.vproxy.policies.TenantLimits;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One limit of a guest or a tenant, as JSON. Immutable.
 *
 * @param limit its key
 * @param value a value as in a policy file, sizes in bytes
 * @param source where it was set
 */
public record LimitOfGuest(String limit, Object value, String source) {
    /** Returns all limits that a policy gives; a denied guest has none. */
    public static List<LimitOfGuest> of(GuestPolicy policy) {
        return policy.denied()
                ? List.of()
                : Stream.of(Limit.values()).map(limit -> of(limit, policy.setting(limit))).toList();
    }

    /** Returns the limits that are set for a tenant. */
    public static List<LimitOfGuest> of(TenantLimits limits) {
        return limits.settings().entrySet().stream()
                .map(each -> of(each.getKey(), each.getValue()))
                .toList();
    }

    /** Returns the limits that differ from the built-in ones; an option of the daemon sets them. */
    public static List<LimitOfGuest> ofOptions(Limits limits) {
        return limits.values().entrySet().stream()
                .filter(each -> !each.getValue().equals(each.getKey().standard()))
                .map(each ->
                        new LimitOfGuest(each.getKey().key(), plain(each.getValue()), "options"))
                .toList();
    }

    /**
     * Returns a note on a limit that has no effect because of another one, if there is such a
     * limit.
     */
    public static Optional<String> note(List<LimitOfGuest> limits) {
        return has(limits, Limit.HASH_STREAMS, false)
                        && !has(limits, Limit.VERDICT_MEMORY, plain(Limit.VERDICT_MEMORY.minimum()))
                ? Optional.of("No verdict is remembered, for hashStreams is false.")
                : Optional.empty();
    }

    private static boolean has(List<LimitOfGuest> limits, Limit limit, Object value) {
        return limits.stream()
                .anyMatch(each -> each.limit.equals(limit.key()) && each.value.equals(value));
    }

    private static LimitOfGuest of(Limit limit, Setting setting) {
        return new LimitOfGuest(limit.key(), plain(setting.value()), setting.source().label());
    }

    /**
     * Returns these limits with this one applied; an unknown limit, such as one of a later version,
     * is ignored.
     */
    public Limits in(Limits limits) {
        return Limit.ofKey(limit)
                .flatMap(known -> valueOf(known).map(read -> limits.with(known, read)))
                .orElse(limits);
    }

    private Optional<LimitValue> valueOf(Limit known) {
        return switch (known.minimum()) {
            case LimitValue.Size _ when value instanceof Number bytes ->
                    Optional.of(new LimitValue.Size(bytes.longValue()));
            case LimitValue.Count _ when value instanceof Number count ->
                    Optional.of(new LimitValue.Count(count.longValue()));
            case LimitValue.Time _ ->
                    Quantities.duration(value.toString()).map(LimitValue.Time::new);
            default -> Optional.empty();
        };
    }

    /** Returns a value as a number, a text, yes or no, or a list. */
    public static Object plain(LimitValue value) {
        return switch (value) {
            case LimitValue.Count count -> count.magnitude();
            case LimitValue.Size size -> size.bytes();
            case LimitValue.Time _, LimitValue.Scope _, LimitValue.NoLimit _ -> value.toString();
            case LimitValue.Flag flag -> flag.set();
            case LimitValue.Allowed allowed -> allowed.commands();
        };
    }
}
