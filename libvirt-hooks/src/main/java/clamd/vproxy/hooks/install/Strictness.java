package clamd.vproxy.hooks.install;

import java.util.Arrays;
import java.util.Optional;

/** When the hook refuses to let a guest start. Immutable. */
public enum Strictness {
    /** Never. */
    OFF("off"),
    /** When the supervisor says that no policy rule admits the guest. */
    ON("on"),
    /** Also when no supervisor answers. */
    FAIL_CLOSED("fail-closed");

    private final String word;

    Strictness(String word) {
        this.word = word;
    }

    /** What the script and the command line call it. */
    public String word() {
        return word;
    }

    /** The strictness of that {@link #word()}, if there is one. */
    public static Optional<Strictness> of(String word) {
        return Arrays.stream(values()).filter(each -> each.word.equals(word)).findFirst();
    }
}
