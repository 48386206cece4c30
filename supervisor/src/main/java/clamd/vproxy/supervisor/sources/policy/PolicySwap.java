package clamd.vproxy.supervisor.sources.policy;

import clamd.vproxy.policies.PolicyChange;
import java.util.List;

/**
 * What it meant to put other policies in force. Immutable.
 *
 * @param guests how many guests ran then
 * @param changes what became different, for those whose limits did
 */
public record PolicySwap(int guests, List<PolicyChange> changes) {
    /** Copies the list. */
    public PolicySwap {
        changes = List.copyOf(changes);
    }
}
