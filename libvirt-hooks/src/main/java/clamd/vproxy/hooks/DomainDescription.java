package clamd.vproxy.hooks;

import clamd.vproxy.policies.TenantMarks;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/**
 * What one domain XML says about who the domain is and how it may be addressed. Immutable.
 *
 * <p>libvirt writes the final CID into the live XML only. XML of a domain that is off may hold an
 * address that somebody typed and that the next start ignores, so a CID counts only where {@link
 * #id()} is present or the caller knows otherwise that the domain runs.
 *
 * @param uuid the domain's UUID, the same over all its runs
 * @param name the domain's name, without control characters
 * @param id libvirt's number of this run; empty in the XML of a domain that is off, and in the
 *     hook's {@code stopped} and {@code release} phases
 * @param cid the vsock context id, 3 to 4294967294; empty without a vsock device or without an
 *     assigned address
 * @param metadataClasses the policy classes from the domain's metadata, see {@link
 *     DomainXml#POLICY_NAMESPACE}
 * @param tenantMarks what the metadata says about the domain's tenant, as it is written there
 */
public record DomainDescription(
        UUID uuid,
        String name,
        OptionalInt id,
        OptionalLong cid,
        Set<String> metadataClasses,
        TenantMarks tenantMarks) {

    /** Takes a copy of the classes. */
    public DomainDescription {
        metadataClasses = Set.copyOf(metadataClasses);
    }

    /** A domain whose metadata says nothing about a tenant. */
    public DomainDescription(
            UUID uuid, String name, OptionalInt id, OptionalLong cid, Set<String> metadataClasses) {
        this(uuid, name, id, cid, metadataClasses, TenantMarks.NONE);
    }
}
