package clamd.vproxy.supervisor.sources.policy;

import clamd.vproxy.policies.PolicyChange;
import java.util.List;

/**
 * The effect of putting other policies in force. Immutable.
 *
 * @param guests how many guests were running
 * @param changes the changes, one for each guest whose limits changed
 */
public record PolicySwap(int guests, List<PolicyChange> changes) {
    /** Copies the list. */
    public PolicySwap {
        changes = List.copyOf(changes);
    }
}
