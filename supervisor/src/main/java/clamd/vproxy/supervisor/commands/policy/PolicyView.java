package clamd.vproxy.supervisor.commands.policy;

import clamd.vproxy.policies.GuestIdentity;
import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.policies.PolicyChange;
import clamd.vproxy.policies.PolicyChange.LimitChange;
import clamd.vproxy.policies.Setting;
import clamd.vproxy.policies.TenantPolicy;
import clamd.vproxy.supervisor.reports.control.LimitOfGuest;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The JSON output of the policy commands: the components are the keys, with null for unknown or
 * absent values. Limits have the values of a policy file, sizes in bytes.
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

    /** The policy that a rule gives; a denied guest has no limits. */
    record Policy(String rule, boolean denied, Tenant tenant, List<LimitOfGuest> limits) {
        static Policy of(GuestPolicy policy) {
            return new Policy(
                    policy.origin().label(),
                    policy.denied(),
                    Tenant.of(policy),
                    LimitOfGuest.of(policy));
        }
    }

    /**
     * The tenant of a guest.
     *
     * @param name null if the guest is a tenant of its own
     * @param title the name for people, if it differs
     * @param source the place where it is named
     * @param passedOver invalid names that were found first
     */
    record Tenant(
            @Nullable String name,
            @Nullable String title,
            String source,
            List<String> passedOver,
            List<TenantLimit> limits) {
        static Tenant of(GuestPolicy policy) {
            TenantPolicy tenant = policy.tenant();
            return new Tenant(
                    tenant.tenant().named().orElse(null),
                    tenant.title().orElse(null),
                    tenant.source(),
                    tenant.passedOver(),
                    tenant.limits().settings().entrySet().stream()
                            .map(each ->
                                    new TenantLimit(
                                            each.getKey().key(),
                                            LimitOfGuest.plain(each.getValue().value()),
                                            each.getValue().source().label(),
                                            TenantBinding.of(policy, each.getKey()).label()))
                            .toList());
        }
    }

    /**
     * A limit of a tenant.
     *
     * @param binds which limit the guest meets first: {@code tenant}, {@code guest}, {@code both},
     *     {@code neither}
     */
    record TenantLimit(String limit, Object value, String source, String binds) {}

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

    /** The rule that decides for a guest, and the dry run that is tried in addition. */
    record Fate(String rule, boolean denied, @Nullable String dryRunRule) {
        static Fate of(GuestPolicy policy) {
            return new Fate(
                    policy.origin().label(),
                    policy.denied(),
                    policy.dryRun().map(tried -> tried.origin().label()).orElse(null));
        }
    }

    /** The change for one guest. */
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
