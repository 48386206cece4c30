package clamd.vproxy.supervisor.commands.policy;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.policies.Limit;
import clamd.vproxy.policies.LimitValue;
import clamd.vproxy.policies.LimitValue.Bound;
import java.util.Locale;

/** Which of two limits a guest meets first while its tenant's other guests use nothing. */
enum TenantBinding {
    /** The tenant's limit is not larger. */
    TENANT("tenant"),
    /** The guest's own limit is smaller. */
    GUEST("the guest's own"),
    /**
     * Both limits count. Weights do not bind: the tenant's counts among tenants, the guest's within
     * its tenant.
     */
    BOTH("both"),
    /** There is no limit. */
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

    /** Returns the text for people. */
    String text() {
        return text;
    }

    /** Returns the word for programs. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
