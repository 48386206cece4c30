package clamd.vproxy.hooks.install;

import java.util.Arrays;
import java.util.Optional;

/** The cases in which the hook refuses to let a guest start. Immutable. */
public enum Strictness {
    /** The hook never refuses a start. */
    OFF("off"),
    /** The hook refuses a start when the supervisor says that no policy rule admits the guest. */
    ON("on"),
    /** The hook also refuses a start when no supervisor answers. */
    FAIL_CLOSED("fail-closed");

    private final String word;

    Strictness(String word) {
        this.word = word;
    }

    /** Returns the word for it in the script and on the command line. */
    public String word() {
        return word;
    }

    /** Returns the strictness with this {@link #word()}; empty if there is none. */
    public static Optional<Strictness> of(String word) {
        return Arrays.stream(values()).filter(each -> each.word.equals(word)).findFirst();
    }
}
