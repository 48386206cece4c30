package clamd.vproxy.policies;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/**
 * What is known of a guest and can be named in a rule's {@code match}. Immutable.
 *
 * @param name the domain's name, which every guest has, though not everyone who asks knows it; a
 *     guest without one matches no rule that asks for more than any name
 * @param uuid the domain's UUID; a guest without one matches no rule that asks for one
 * @param cid the guest's vsock context id, unsigned 32 bits; a guest without one matches no rule
 *     that asks for one
 * @param metadataClasses the classes that the domain's metadata puts it in
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

    /** A guest whose metadata says nothing about a tenant. */
    public GuestIdentity(
            Optional<String> name,
            Optional<UUID> uuid,
            OptionalLong cid,
            Set<String> metadataClasses) {
        this(name, uuid, cid, metadataClasses, TenantMarks.NONE);
    }

    /** Tells the guest from all others of the host: its UUID, or else its label. */
    String key() {
        return uuid.map(UUID::toString).orElseGet(this::label);
    }

    /** How logs and messages call the guest: its name, or else its UUID, or else its CID. */
    public String label() {
        return name.map(PrintableText::of)
                .or(() -> uuid.map(UUID::toString))
                .orElseGet(() -> cid.isPresent() ? "CID " + cid.getAsLong() : "the guest");
    }
}
