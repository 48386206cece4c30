package clamd.vproxy.supervisor.guests;

import clamd.vproxy.hooks.DomainDescription;
import clamd.vproxy.policies.PrintableText;
import clamd.vproxy.policies.TenantMarks;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/**
 * One running domain, as somebody last read it. Immutable.
 *
 * @param source where it runs: the connect URI that it was read from, or {@code no-libvirt}
 * @param uuid the domain's UUID, the same over all its runs
 * @param name the domain's name
 * @param domainId libvirt's number of this run, 0 or more; unique among running domains only, not
 *     over time
 * @param cid the CID it may be reached at now, 3 to 4294967294; empty without a vsock device, or
 *     when another guest has it by now
 * @param metadataClasses the policy classes in its metadata
 * @param tenantMarks what its metadata says about its tenant
 */
public record Guest(
        String source,
        UUID uuid,
        String name,
        int domainId,
        OptionalLong cid,
        Set<String> metadataClasses,
        TenantMarks tenantMarks) {

    /**
     * One run of a domain: what a CID may be taken from only by itself. Immutable.
     *
     * @param uuid the domain's UUID
     * @param domainId libvirt's number of this run
     */
    public record Epoch(UUID uuid, int domainId) {}

    private static final long LOWEST_CID = 3;
    private static final long HIGHEST_CID = 0xFFFF_FFFEL;

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException for a negative domain id or a CID that no guest can have
     */
    public Guest {
        if (domainId < 0) {
            throw new IllegalArgumentException("domain id %d is negative".formatted(domainId));
        }
        if (cid.isPresent() && (cid.getAsLong() < LOWEST_CID || cid.getAsLong() > HIGHEST_CID)) {
            throw new IllegalArgumentException(
                    "CID %d is not in %d..%d".formatted(cid.getAsLong(), LOWEST_CID, HIGHEST_CID));
        }
        metadataClasses = Set.copyOf(metadataClasses);
    }

    /** A guest whose metadata says nothing about a tenant. */
    public Guest(
            String source,
            UUID uuid,
            String name,
            int domainId,
            OptionalLong cid,
            Set<String> metadataClasses) {
        this(source, uuid, name, domainId, cid, metadataClasses, TenantMarks.NONE);
    }

    /** The guest that a running domain is, by its live XML. */
    public static Guest of(String source, DomainDescription running) {
        return new Guest(
                source,
                running.uuid(),
                running.name(),
                running.id().orElseThrow(),
                running.cid(),
                running.metadataClasses(),
                running.tenantMarks());
    }

    /**
     * The name as it may stand in a log line: libvirt lets a name hold quotes and any letters, and
     * a line must not be made to say what it does not.
     */
    public String logName() {
        return logName(name);
    }

    /** Makes any domain's name fit for a log line, as {@link #logName()} does. */
    public static String logName(String name) {
        return PrintableText.of(name).replace('"', '\'');
    }

    /** The run of the domain that this is. */
    public Epoch epoch() {
        return new Epoch(uuid, domainId);
    }

    /** Returns this guest without its CID, which another guest has now. */
    Guest withoutCid() {
        return new Guest(
                source, uuid, name, domainId, OptionalLong.empty(), metadataClasses, tenantMarks);
    }
}
