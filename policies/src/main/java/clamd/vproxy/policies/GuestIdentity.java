package clamd.vproxy.policies;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/**
 * The properties of a guest that a rule's {@code match} can test. Immutable.
 *
 * @param name the domain's name; every guest has one, but the caller may not know it. A guest
 *     without a known name matches no rule that requires a certain name
 * @param uuid the domain's UUID; a guest without one matches no rule that requires one
 * @param cid the guest's vsock context id, unsigned 32 bits; a guest without one matches no rule
 *     that requires one
 * @param metadataClasses the classes that the domain's metadata assigns it to
 * @param tenantMarks what the domain's metadata says about its tenant
 */
public record GuestIdentity(
        Optional<String> name,
        Optional<UUID> uuid,
        OptionalLong cid,
        Set<String> metadataClasses,
        TenantMarks tenantMarks) {

    /** Copies the metadata classes. */
    public GuestIdentity {
        metadataClasses = Set.copyOf(metadataClasses);
    }

    /** Creates a guest whose metadata says nothing about a tenant. */
    public GuestIdentity(
            Optional<String> name,
            Optional<UUID> uuid,
            OptionalLong cid,
            Set<String> metadataClasses) {
        this(name, uuid, cid, metadataClasses, TenantMarks.NONE);
    }

    /** Returns a key that is unique among the guests of the host: the UUID, or else the label. */
    String key() {
        return uuid.map(UUID::toString).orElseGet(this::label);
    }

    /**
     * Returns the guest's name for logs and messages: its name, or else its UUID, or else its CID.
     */
    public String label() {
        return name.map(PrintableText::of)
                .or(() -> uuid.map(UUID::toString))
                .orElseGet(() -> cid.isPresent() ? "CID " + cid.getAsLong() : "the guest");
    }
}
