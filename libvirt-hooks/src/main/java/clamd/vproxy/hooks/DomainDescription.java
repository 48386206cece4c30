package clamd.vproxy.hooks;

import clamd.vproxy.policies.TenantMarks;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/**
 * The identity and address of a domain, as its XML states them. Immutable.
 *
 * <p>libvirt writes the final CID only into the live XML. The XML of a domain that is off may hold
 * an address that an administrator typed and that the next start ignores. So a CID is valid only if
 * {@link #id()} is present or the caller knows otherwise that the domain runs.
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

    /** Copies the classes. */
    public DomainDescription {
        metadataClasses = Set.copyOf(metadataClasses);
    }

    /** Creates a domain whose metadata says nothing about a tenant. */
    public DomainDescription(
            UUID uuid, String name, OptionalInt id, OptionalLong cid, Set<String> metadataClasses) {
        this(uuid, name, id, cid, metadataClasses, TenantMarks.NONE);
    }
}
