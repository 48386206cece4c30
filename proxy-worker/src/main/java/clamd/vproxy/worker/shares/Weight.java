package clamd.vproxy.worker.shares;

/**
 * The weights that determine a guest's part of a scarce resource in relation to others. Immutable.
 *
 * @param tenant the tenant's weight among tenants, at least 1
 * @param guest the guest's weight among the guests of its tenant, at least 1
 */
public record Weight(int tenant, int guest) {
    /**
     * Checks the weights.
     *
     * @throws IllegalArgumentException for a weight below 1
     */
    public Weight {
        if (tenant < 1 || guest < 1) {
            throw new IllegalArgumentException(
                    "weights must be at least 1, not %d and %d".formatted(tenant, guest));
        }
    }

    /** Returns the weights of a guest that is its own tenant. */
    public static Weight of(int both) {
        return new Weight(both, both);
    }
}
