package clamd.vproxy.supervisor.sources.policy;

import clamd.vproxy.policies.PolicySet;

/**
 * Names the policies that were in force at some time of one run of the daemon. Immutable.
 *
 * @param number counts the revisions of this run, from 1
 * @param content the content's name, {@link PolicySet#revision}
 */
public record PolicyRevision(long number, String content) {
    /** Returns the revision of the policies that the daemon starts with. */
    public static PolicyRevision first(PolicySet policies) {
        return new PolicyRevision(1, policies.revision());
    }

    /** Returns the policies that the daemon starts with, each naming its revision. */
    public static PolicySet named(PolicySet first) {
        return first.named(first(first).label());
    }

    /** Returns the revision that follows this one. */
    PolicyRevision next(PolicySet policies) {
        return new PolicyRevision(number + 1, policies.revision());
    }

    /** Returns a short text without spaces, e.g. {@code 2-6c8f11a0be43}. */
    public String label() {
        return number + "-" + content;
    }
}
