package clamd.vproxy.policies;

import java.util.Optional;

/**
 * The owner of guests: a customer, a project, a department. Tells tenants apart by {@code equals};
 * a guest that is a tenant of its own equals no tenant that has a name, whatever it is called.
 * Immutable.
 */
public sealed interface Tenant {
    /** How log lines and tables call a tenant without a name. */
    String NO_NAME = "none";

    /** A tenant that the policy file or the host's metadata names. */
    record Named(String name) implements Tenant {}

    /**
     * A guest that nothing assigns to a tenant.
     *
     * @param guest its UUID, or what else tells it from all other guests of the host
     */
    record OneGuest(String guest) implements Tenant {}

    /** The tenant's name; empty for a guest that is a tenant of its own. */
    default Optional<String> named() {
        return this instanceof Named(String name) ? Optional.of(name) : Optional.empty();
    }

    /** The name as it may stand in a log line or a table. */
    default String label() {
        return named().map(name -> PrintableText.of(name)).orElse(NO_NAME);
    }
}
