package clamd.vproxy.policies;

import java.util.List;
import java.util.Optional;

/**
 * The tenant of one guest, and the limits that the tenant's guests share. Immutable.
 *
 * @param tenant the guest's tenant
 * @param title the tenant's name for people, if it is another one: that of an OpenStack project
 * @param source the place that names the tenant: {@code rules[2]@policy.json:17}, {@code metadata},
 *     {@code tenantFrom nova-project}; {@code the guest itself} if none does
 * @param limits the limits of all its guests together, besides the guest's own limits
 * @param passedOver invalid names that earlier sources gave, and why they cannot be used
 */
public record TenantPolicy(
        Tenant tenant,
        Optional<String> title,
        String source,
        TenantLimits limits,
        List<String> passedOver) {
    /** A placeholder in the policy of a rule, until the rule is resolved for a guest. */
    static final TenantPolicy OF_NO_GUEST =
            new TenantPolicy(
                    new Tenant.OneGuest(""),
                    Optional.empty(),
                    "no guest",
                    TenantLimits.NONE,
                    List.of());

    /** Copies the list. */
    public TenantPolicy {
        passedOver = List.copyOf(passedOver);
    }

    /**
     * Returns the tenant's weight: its own if it is set; otherwise 1, or the guest's weight for a
     * guest that is a tenant of its own.
     */
    public int weight(Limits guest) {
        return limits.weight().orElse(tenant instanceof Tenant.Named ? 1 : guest.weight());
    }

    /** Returns this tenant with other limits. */
    TenantPolicy with(TenantLimits others) {
        return new TenantPolicy(tenant, title, source, others, passedOver);
    }

    /** Returns the tenant for people: {@code acme}, {@code 5a1c… (web shop)}, {@code none}. */
    public String label() {
        return tenant.label()
                + title.map(text -> " (" + PrintableText.of(text, TenantName.MAX_LENGTH) + ")")
                        .orElse("");
    }
}
