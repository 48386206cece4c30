package clamd.vproxy.policies;

import java.util.Optional;

/**
 * The owner of guests: a customer, a project or a department. {@code equals} distinguishes tenants;
 * a guest that is a tenant of its own never equals a named tenant, whatever the name. Immutable.
 */
public sealed interface Tenant {
    /** The text for a tenant without a name in log lines and tables. */
    String NO_NAME = "none";

    /** A tenant that the policy file or the host's metadata names. */
    record Named(String name) implements Tenant {}

    /**
     * A guest that nothing assigns to a tenant, and that is a tenant of its own.
     *
     * @param guest its UUID, or another text that is unique among the guests of the host
     */
    record OneGuest(String guest) implements Tenant {}

    /** Returns the tenant's name; empty for a guest that is a tenant of its own. */
    default Optional<String> named() {
        return this instanceof Named(String name) ? Optional.of(name) : Optional.empty();
    }

    /** Returns the name for a log line or a table. */
    default String label() {
        return named().map(name -> PrintableText.of(name)).orElse(NO_NAME);
    }
}
