package clamd.vproxy.policies;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The scans that a remembered verdict may come from; the narrowest scope first. */
public enum VerdictScope {
    /** Only scans of this run of the guest. */
    GUEST,
    /** Scans of all guests of the tenant that have this scope. */
    TENANT;

    /** Returns the word in the policy file. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the scope with this word. */
    static Optional<VerdictScope> ofLabel(String label) {
        return Arrays.stream(values()).filter(each -> each.label().equals(label)).findFirst();
    }

    /** Returns all words, in order. */
    static List<String> labels() {
        return Arrays.stream(values()).map(VerdictScope::label).toList();
    }
}
