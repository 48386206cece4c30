package clamd.vproxy.policies;

import java.util.List;
import java.util.Optional;

/**
 * The tenant of one guest, and what its guests may use together. Immutable.
 *
 * @param tenant whose guest it is
 * @param title what people call the tenant, if that is another name: that of an OpenStack project
 * @param source where that was found: {@code rules[2]@policy.json:17}, {@code metadata}, {@code
 *     tenantFrom nova-project}; {@code the guest itself} if nowhere
 * @param limits what holds for all its guests together, besides the guest's own limits
 * @param passedOver bad names that were found before, and why they cannot be used
 */
public record TenantPolicy(
        Tenant tenant,
        Optional<String> title,
        String source,
        TenantLimits limits,
        List<String> passedOver) {
    /** Stands in the policy of a rule until a guest is known that it decides for. */
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
     * The tenant's weight: its own; else 1, and for a guest that is a tenant of its own the
     * guest's.
     */
    public int weight(Limits guest) {
        return limits.weight().orElse(tenant instanceof Tenant.Named ? 1 : guest.weight());
    }

    /** This tenant with other limits. */
    TenantPolicy with(TenantLimits others) {
        return new TenantPolicy(tenant, title, source, others, passedOver);
    }

    /** The tenant for people: {@code acme}, {@code 5a1c… (web shop)}, {@code none}. */
    public String label() {
        return tenant.label()
                + title.map(text -> " (" + PrintableText.of(text, TenantName.MAX_LENGTH) + ")")
                        .orElse("");
    }
}
