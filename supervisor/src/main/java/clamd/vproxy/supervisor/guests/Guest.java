package clamd.vproxy.supervisor.guests;

import clamd.vproxy.hooks.DomainDescription;
import clamd.vproxy.policies.PrintableText;
import clamd.vproxy.policies.TenantMarks;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/**
 * One running domain, as it was last read. Immutable.
 *
 * @param source where it runs: the connect URI that it was read from, or {@code no-libvirt}
 * @param uuid the domain's UUID, the same over all its runs
 * @param name the domain's name
 * @param domainId libvirt's number of this run, 0 or more; unique among running domains only, not
 *     over time
 * @param cid the guest's current CID, 3 to 4294967294; empty without a vsock device, or when
 *     another guest owns the CID now
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
     * One run of a domain; the end of a run releases only that run's own CID. Immutable.
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

    /** Creates a guest whose metadata says nothing about a tenant. */
    public Guest(
            String source,
            UUID uuid,
            String name,
            int domainId,
            OptionalLong cid,
            Set<String> metadataClasses) {
        this(source, uuid, name, domainId, cid, metadataClasses, TenantMarks.NONE);
    }

    /** Returns a running domain as a guest, from its live XML. */
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
     * Returns the name in a form that is safe in a log line: libvirt allows quotes and any letters
     * in a name, which could forge parts of a line.
     */
    public String logName() {
        return logName(name);
    }

    /** Makes any domain's name safe for a log line, as {@link #logName()} does. */
    public static String logName(String name) {
        return PrintableText.of(name).replace('"', '\'');
    }

    /** Returns which run of the domain this is. */
    public Epoch epoch() {
        return new Epoch(uuid, domainId);
    }

    /** Returns this guest without its CID, which another guest has now. */
    Guest withoutCid() {
        return new Guest(
                source, uuid, name, domainId, OptionalLong.empty(), metadataClasses, tenantMarks);
    }
}
