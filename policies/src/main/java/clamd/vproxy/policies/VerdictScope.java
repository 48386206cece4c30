package clamd.vproxy.policies;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Whose scans a remembered verdict may come from; the narrowest scope first. */
public enum VerdictScope {
    /** Of this run of the guest alone. */
    GUEST,
    /** Of all guests of the tenant that have this scope. */
    TENANT;

    /** The word in the policy file. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The scope that has this word. */
    static Optional<VerdictScope> ofLabel(String label) {
        return Arrays.stream(values()).filter(each -> each.label().equals(label)).findFirst();
    }

    /** All words, in order. */
    static List<String> labels() {
        return Arrays.stream(values()).map(VerdictScope::label).toList();
    }
}
