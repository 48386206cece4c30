package clamd.vproxy.policies;

import java.nio.charset.StandardCharsets;

/**
 * A policy file with one guest's rule changed, checked but not yet written. Immutable.
 *
 * @param text the whole new file
 * @param before what the file says without the change
 * @param after what it says with it
 * @param rule the rule that was changed or inserted, where it stands in the new file
 * @param inserted whether the guest had no rule of its own before
 */
public record PolicyEdit(
        String text, PolicySet before, PolicySet after, RuleOrigin rule, boolean inserted) {

    /** The new file's bytes. */
    public byte[] content() {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
