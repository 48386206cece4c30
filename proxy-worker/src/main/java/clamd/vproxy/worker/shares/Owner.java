package clamd.vproxy.worker.shares;

/**
 * The owner of a shared resource: a guest, and the tenant to which it belongs. Immutable.
 *
 * @param tenant identifies the tenant by {@code equals}
 * @param guest identifies the run of a guest by {@code equals}; belongs to one tenant
 */
public record Owner(Object tenant, Object guest) {
    /** Returns the owner for a guest that is its own tenant. */
    public static Owner ofItself(Object guest) {
        return new Owner(guest, guest);
    }

    /** Whether the guest is its own tenant. */
    public boolean isItsOwnTenant() {
        return tenant.equals(guest);
    }
}
