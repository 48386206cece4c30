package clamd.vproxy.policies;

import java.util.Optional;

/**
 * What the host's metadata of a domain says about its tenant, as it is written there. The guest can
 * write none of it. Immutable.
 *
 * @param ours the attribute {@code tenant} of our own element
 * @param novaProject the OpenStack project that owns the instance
 */
public record TenantMarks(Optional<String> ours, Optional<NovaProject> novaProject) {
    /** Metadata without a word about tenants. */
    public static final TenantMarks NONE = new TenantMarks(Optional.empty(), Optional.empty());

    /**
     * The element {@code nova:project}.
     *
     * @param uuid its attribute, which names the project for good
     * @param name its text, for people: another project may take it
     */
    public record NovaProject(String uuid, String name) {}
}
