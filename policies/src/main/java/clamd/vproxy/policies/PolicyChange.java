package clamd.vproxy.policies;

import clamd.vproxy.policies.LimitValue.NoLimit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The difference that a new policy file makes for one guest. Immutable.
 *
 * <p>It is a change if the guest may use other resources than before. A rule that only moved to
 * another line is not a change, nor is another limit of a denied guest.
 *
 * @param guest the guest
 * @param before the guest's policy before
 * @param after the guest's policy after
 */
public record PolicyChange(GuestIdentity guest, GuestPolicy before, GuestPolicy after) {

    /** One changed limit, with both values and their sources. */
    public record LimitChange(Limit limit, Setting before, Setting after) {
        private String text() {
            return limit.key() + " " + before.value() + " → " + after.value();
        }
    }

    /**
     * Returns the changes for these guests, in their order; guests without a change are left out.
     */
    public static List<PolicyChange> between(
            PolicySet before, PolicySet after, Collection<GuestIdentity> guests) {
        return guests.stream()
                .map(guest -> new PolicyChange(guest, before.resolve(guest), after.resolve(guest)))
                .filter(PolicyChange::isChange)
                .toList();
    }

    /** Whether the two policies differ for the guest. */
    public boolean isChange() {
        return !parts().isEmpty();
    }

    /** Returns the enforced limits that changed; none if the guest is denied before or after. */
    public List<LimitChange> limits() {
        return limits(before, after);
    }

    /**
     * Returns the limits of the dry run that changed; none if only one of the policies has a dry
     * run.
     */
    public List<LimitChange> dryRunLimits() {
        return before.dryRun()
                .flatMap(old -> after.dryRun().map(now -> limits(old, now)))
                .orElse(List.of());
    }

    /**
     * Returns the change on one line, e.g. {@code web-1: maxConnections 10 → 5, weight 1 → 4
     * (unmatched → rules[0]@policy.json:9)}.
     */
    public String line() {
        return guest.label() + ": " + String.join("; ", parts());
    }

    private List<String> parts() {
        List<String> parts = new ArrayList<>(difference(before, after).stream().toList());
        Optional<GuestPolicy> old = before.dryRun();
        Optional<GuestPolicy> now = after.dryRun();
        if (old.isPresent() && now.isPresent()) {
            difference(old.get(), now.get()).ifPresent(text -> parts.add("dry run: " + text));
        } else {
            old.ifPresent(ended -> parts.add("dry run ends (" + ended.origin().label() + ")"));
            now.ifPresent(begun -> parts.add("dry run begins (" + begun.origin().label() + ")"));
        }
        return parts;
    }

    private static Optional<String> difference(GuestPolicy old, GuestPolicy now) {
        String what =
                old.denied() == now.denied()
                        ? String.join(
                                ", ", limits(old, now).stream().map(LimitChange::text).toList())
                        : fate(old) + " → " + fate(now);
        String all =
                Stream.of(Optional.of(what).filter(text -> !text.isEmpty()), tenant(old, now))
                        .flatMap(Optional::stream)
                        .collect(Collectors.joining(", "));
        return all.isEmpty() ? Optional.empty() : Optional.of(all + rules(old, now));
    }

    private static Optional<String> tenant(GuestPolicy old, GuestPolicy now) {
        Tenant before = old.tenant().tenant();
        Tenant after = now.tenant().tenant();
        if (!before.equals(after)) {
            return Optional.of("tenant " + before.label() + " → " + after.label());
        }
        String limits =
                tenantLimits(old, now).stream()
                        .map(TenantLimitChange::text)
                        .collect(Collectors.joining(", "));
        return limits.isEmpty() ? Optional.empty() : Optional.of("tenant's " + limits);
    }

    private static List<TenantLimitChange> tenantLimits(GuestPolicy old, GuestPolicy now) {
        return Stream.of(Limit.values())
                .filter(Limit::isForTenants)
                .map(limit ->
                        new TenantLimitChange(
                                limit,
                                old.tenant().limits().setting(limit),
                                now.tenant().limits().setting(limit)))
                .filter(change -> !change.before().equals(change.after()))
                .toList();
    }

    /** A limit of the guest's tenant that changed; {@code no limit} where it is not set. */
    private record TenantLimitChange(Limit limit, LimitValue before, LimitValue after) {
        TenantLimitChange(Limit limit, Optional<Setting> before, Optional<Setting> after) {
            this(limit, value(limit, before), value(limit, after));
        }

        private static LimitValue value(Limit limit, Optional<Setting> setting) {
            LimitValue unset = limit == Limit.WEIGHT ? limit.standard() : new NoLimit();
            return setting.map(Setting::value).orElse(unset);
        }

        String text() {
            return limit.key() + " " + before + " → " + after;
        }
    }

    private static String fate(GuestPolicy policy) {
        return policy.denied() ? "denied" : "admitted";
    }

    private static String rules(GuestPolicy old, GuestPolicy now) {
        String from = old.origin().label();
        String to = now.origin().label();
        return from.equals(to) ? " (" + from + ")" : " (" + from + " → " + to + ")";
    }

    private static List<LimitChange> limits(GuestPolicy old, GuestPolicy now) {
        if (old.denied() || now.denied()) {
            return List.of();
        }
        return Stream.of(Limit.values())
                .map(limit -> new LimitChange(limit, old.setting(limit), now.setting(limit)))
                .filter(change -> !change.before().value().equals(change.after().value()))
                .toList();
    }
}
