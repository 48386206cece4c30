package clamd.vproxy.supervisor.commands.policy;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.policies.Limit;
import clamd.vproxy.policies.LimitValue;
import clamd.vproxy.policies.LimitValue.Bound;
import java.util.Locale;

/** Which of two limits a guest meets first while its tenant's other guests use nothing. */
enum TenantBinding {
    /** The tenant's is not larger. */
    TENANT("tenant"),
    /** The guest's own is smaller. */
    GUEST("the guest's own"),
    /** Weights do not bind: the tenant's counts among tenants, the guest's within its tenant. */
    BOTH("both"),
    /** There is none. */
    NEITHER("neither");

    private final String text;

    TenantBinding(String text) {
        this.text = text;
    }

    static TenantBinding of(GuestPolicy policy, Limit limit) {
        if (limit == Limit.WEIGHT) {
            return BOTH;
        }
        LimitValue own = policy.setting(limit).value();
        boolean limited = policy.tenant().limits().bound(limit).isPresent();
        if (!limited) {
            return own instanceof Bound ? GUEST : NEITHER;
        }
        return own instanceof Bound bound
                        && bound.magnitude() < policy.tenant().limits().bound(limit).getAsLong()
                ? GUEST
                : TENANT;
    }

    /** For people. */
    String text() {
        return text;
    }

    /** The word for programs. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
