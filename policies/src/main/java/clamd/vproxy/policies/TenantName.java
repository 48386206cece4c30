package clamd.vproxy.policies;

import java.util.Optional;
import java.util.Set;

/** What may name a tenant. Pure functions. */
public final class TenantName {
    /** The longest name, in characters. */
    public static final int MAX_LENGTH = 128;

    /** Log lines and metrics have these words for guests without a tenant, and for the rest. */
    static final Set<String> RESERVED = Set.of(Tenant.NO_NAME, "other");

    private TenantName() {}

    /** Why the text cannot name a tenant; empty if it can. */
    public static Optional<String> fault(String text) {
        int characters = text.codePointCount(0, text.length());
        if (text.isEmpty()) {
            return Optional.of("an empty name names no tenant");
        }
        if (characters > MAX_LENGTH) {
            return Optional.of(
                    "the name of the tenant has %d characters; at most %d are allowed"
                            .formatted(characters, MAX_LENGTH));
        }
        if (text.codePoints().anyMatch(point -> point == '"' || PrintableText.breaksLine(point))) {
            return Optional.of(
                    Wording.quote(text)
                            + " has a control character or a double quote in it, and cannot name a tenant");
        }
        if (text.startsWith(" ") || text.endsWith(" ")) {
            return Optional.of(Wording.quote(text) + " begins or ends with a blank");
        }
        return RESERVED.contains(text)
                ? Optional.of(
                        Wording.quote(text)
                                + " is kept for guests without a tenant; choose another name")
                : Optional.empty();
    }
}
