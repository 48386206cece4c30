package clamd.vproxy.policies;

import java.nio.charset.StandardCharsets;

/**
 * A policy file in which one guest's rule is changed, checked but not yet written. Immutable.
 *
 * @param text the whole new file
 * @param before the policies of the file without the change
 * @param after the policies of the file with the change
 * @param rule the changed or inserted rule, with its place in the new file
 * @param inserted whether the guest had no rule of its own before
 */
public record PolicyEdit(
        String text, PolicySet before, PolicySet after, RuleOrigin rule, boolean inserted) {

    /** Returns the new file's bytes. */
    public byte[] content() {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
