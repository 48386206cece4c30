package clamd.vproxy.supervisor.reports.control;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.policies.Limit;
import clamd.vproxy.policies.LimitValue;
import clamd.vproxy.policies.Setting;
import clamd.vproxy.policies.TenantLimits;
import java.util.List;
import java.util.stream.Stream;

/**
 * One limit of a guest or a tenant, as JSON. Immutable.
 *
 * @param limit its key
 * @param value such as a policy file may have, sizes in bytes
 * @param source where it was set
 */
public record LimitOfGuest(String limit, Object value, String source) {
    /** All limits that a policy gives; a denied guest has none. */
    public static List<LimitOfGuest> of(GuestPolicy policy) {
        return policy.denied()
                ? List.of()
                : Stream.of(Limit.values()).map(limit -> of(limit, policy.setting(limit))).toList();
    }

    /** The limits that a tenant has; those that are not set are absent. */
    public static List<LimitOfGuest> of(TenantLimits limits) {
        return limits.settings().entrySet().stream()
                .map(each -> of(each.getKey(), each.getValue()))
                .toList();
    }

    private static LimitOfGuest of(Limit limit, Setting setting) {
        return new LimitOfGuest(limit.key(), plain(setting.value()), setting.source().label());
    }

    /** A value as a number, a text, yes or no, or a list. */
    public static Object plain(LimitValue value) {
        return switch (value) {
            case LimitValue.Count count -> count.magnitude();
            case LimitValue.Size size -> size.bytes();
            case LimitValue.Time _, LimitValue.NoLimit _ -> value.toString();
            case LimitValue.Flag flag -> flag.set();
            case LimitValue.Allowed allowed -> allowed.commands();
        };
    }
}
