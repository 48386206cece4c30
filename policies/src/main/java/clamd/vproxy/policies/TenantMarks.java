package clamd.vproxy.policies;

import java.util.Optional;

/**
 * The tenant of a domain as the host's metadata states it. The guest cannot write any of it.
 * Immutable.
 *
 * @param ours the attribute {@code tenant} of the element {@code policy} of clamd-vproxy
 * @param novaProject the OpenStack project that owns the instance
 */
public record TenantMarks(Optional<String> ours, Optional<NovaProject> novaProject) {
    /** The marks of metadata that names no tenant. */
    public static final TenantMarks NONE = new TenantMarks(Optional.empty(), Optional.empty());

    /**
     * The element {@code nova:project}.
     *
     * @param uuid its attribute, which identifies the project permanently
     * @param name its text, for people; another project may take the same name
     */
    public record NovaProject(String uuid, String name) {}
}
