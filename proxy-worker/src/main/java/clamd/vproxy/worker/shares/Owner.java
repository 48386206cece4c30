package clamd.vproxy.worker.shares;

/**
 * Whose share something is taken from: a guest, and the tenant that it belongs to. Immutable.
 *
 * @param tenant tells tenants apart by {@code equals}
 * @param guest tells runs of guests apart by {@code equals}; belongs to one tenant
 */
public record Owner(Object tenant, Object guest) {
    /** A guest that is a tenant of its own. */
    public static Owner ofItself(Object guest) {
        return new Owner(guest, guest);
    }

    /** Whether the guest is a tenant of its own. */
    public boolean isItsOwnTenant() {
        return tenant.equals(guest);
    }
}
