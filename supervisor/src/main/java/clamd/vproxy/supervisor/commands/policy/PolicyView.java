package clamd.vproxy.supervisor.commands.policy;

import clamd.vproxy.policies.GuestIdentity;
import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.policies.PolicyChange;
import clamd.vproxy.policies.PolicyChange.LimitChange;
import clamd.vproxy.policies.Setting;
import clamd.vproxy.supervisor.reports.control.LimitOfGuest;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the policy commands write as JSON: the components are the keys, null where something is not
 * known or not there. Values of limits are such as a policy file may have, sizes in bytes.
 */
final class PolicyView {
    private PolicyView() {}

    /** A guest as rules see it. */
    record Guest(
            @Nullable String name, @Nullable UUID uuid, @Nullable Long cid, List<String> classes) {
        static Guest of(GuestIdentity guest) {
            return new Guest(
                    guest.name().orElse(null),
                    guest.uuid().orElse(null),
                    guest.cid().isPresent() ? (Long) guest.cid().getAsLong() : null,
                    guest.metadataClasses().stream().sorted().toList());
        }
    }

    /** A limit's value and where it was set. */
    record Value(Object value, String source) {
        static Value of(Setting setting) {
            return new Value(LimitOfGuest.plain(setting.value()), setting.source().label());
        }
    }

    /** What a rule gives; a denied guest has no limits. */
    record Policy(String rule, boolean denied, List<LimitOfGuest> limits) {
        static Policy of(GuestPolicy policy) {
            return new Policy(policy.origin().label(), policy.denied(), LimitOfGuest.of(policy));
        }
    }

    /** One limit that changed. */
    record ChangedLimit(String limit, Value before, Value after) {
        static List<ChangedLimit> of(List<LimitChange> changes) {
            return changes.stream()
                    .map(change ->
                            new ChangedLimit(
                                    change.limit().key(),
                                    Value.of(change.before()),
                                    Value.of(change.after())))
                    .toList();
        }
    }

    /** Which rule decides for a guest, and which dry run is tried out beside. */
    record Fate(String rule, boolean denied, @Nullable String dryRunRule) {
        static Fate of(GuestPolicy policy) {
            return new Fate(
                    policy.origin().label(),
                    policy.denied(),
                    policy.dryRun().map(tried -> tried.origin().label()).orElse(null));
        }
    }

    /** What becomes different for one guest. */
    record Change(
            Guest guest,
            Fate before,
            Fate after,
            List<ChangedLimit> limits,
            List<ChangedLimit> dryRunLimits) {
        static Change of(PolicyChange change) {
            return new Change(
                    Guest.of(change.guest()),
                    Fate.of(change.before()),
                    Fate.of(change.after()),
                    ChangedLimit.of(change.limits()),
                    ChangedLimit.of(change.dryRunLimits()));
        }
    }
}
