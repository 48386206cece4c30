package clamd.vproxy.supervisor.sources.policy;

import clamd.vproxy.policies.PolicySet;

/**
 * Names the policies that were in force at some time of one run of the daemon. Immutable.
 *
 * @param number how many there have been, from 1
 * @param content the content's name, {@link PolicySet#revision}
 */
public record PolicyRevision(long number, String content) {
    /** Of the policies that the daemon begins with. */
    public static PolicyRevision first(PolicySet policies) {
        return new PolicyRevision(1, policies.revision());
    }

    /** The policies that the daemon begins with, each of which names its revision. */
    public static PolicySet named(PolicySet first) {
        return first.named(first(first).label());
    }

    /** Of those that come next. */
    PolicyRevision next(PolicySet policies) {
        return new PolicyRevision(number + 1, policies.revision());
    }

    /** A short text without spaces, e.g. {@code 2-6c8f11a0be43}. */
    public String label() {
        return number + "-" + content;
    }
}
