package clamd.vproxy.policies;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/**
 * What is known of a guest and can be named in a rule's {@code match}. Immutable.
 *
 * @param name the domain's name
 * @param uuid the domain's UUID; a guest without one matches no rule that asks for one
 * @param cid the guest's vsock context id, unsigned 32 bits; a guest without one matches no rule
 *     that asks for one
 * @param metadataClasses the classes that the domain's metadata puts it in
 */
public record GuestIdentity(
        String name, Optional<UUID> uuid, OptionalLong cid, Set<String> metadataClasses) {

    /** Copies the metadata classes. */
    public GuestIdentity {
        metadataClasses = Set.copyOf(metadataClasses);
    }
}
