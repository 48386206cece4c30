package clamd.vproxy.policies;

import java.util.Optional;
import java.util.Set;

/** Checks whether a text can name a tenant. Pure functions. */
public final class TenantName {
    /** The longest name, in characters. */
    public static final int MAX_LENGTH = 128;

    /**
     * Words that log lines and metrics use for guests without a tenant, and for all other tenants
     * together.
     */
    static final Set<String> RESERVED = Set.of(Tenant.NO_NAME, "other");

    private TenantName() {}

    /** Returns why the text cannot name a tenant; empty if it can. */
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
