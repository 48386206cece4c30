package clamd.vproxy.policies;

import clamd.vproxy.policies.LimitSource.Layer;
import clamd.vproxy.policies.LimitValue.Bound;
import clamd.vproxy.policies.TenantSource.NamePrefix;
import clamd.vproxy.policies.TenantSource.OpenStack;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Warns about tenants that are correct but probably a mistake. Pure function. */
final class TenantWarnings {
    private static final Pattern PROJECT = Pattern.compile("\\p{XDigit}{32}|[\\p{XDigit}-]{36}");

    private final List<Rule> rules;
    private final GuestPolicy unmatched;
    private final Tenants tenants;
    private final List<RuleWarning> warnings = new ArrayList<>();

    private TenantWarnings(List<Rule> rules, GuestPolicy unmatched, Tenants tenants) {
        this.rules = rules;
        this.unmatched = unmatched;
        this.tenants = tenants;
    }

    /** Returns the warnings: first those about entries by name, then those about rules in order. */
    static List<RuleWarning> of(List<Rule> rules, GuestPolicy unmatched, Tenants tenants) {
        TenantWarnings all = new TenantWarnings(rules, unmatched, tenants);
        all.ofEntries();
        rules.forEach(all::ofRule);
        all.ofUnmatched();
        return List.copyOf(all.warnings);
    }

    private void ofEntries() {
        Set<String> ofRules = new HashSet<>();
        rules.forEach(rule -> rule.tenant().ifPresent(tenant -> ofRules.add(tenant.name())));
        // a file without any tenant source relies on the metadata alone
        boolean namesPlaces = !ofRules.isEmpty() || !tenants.from().isEmpty();
        new TreeMap<>(tenants.named())
                .forEach((name, entry) -> {
                    if (LookAlikes.isOdd(name)) {
                        warn(
                                entry.label(),
                                "%s has characters that are invisible or look like others"
                                        .formatted(Wording.reveal(name)));
                    }
                    if (namesPlaces && !ofRules.contains(name) && !comesFromSources(name)) {
                        warn(
                                entry.label(),
                                "no rule names the tenant %s, and tenantFrom cannot give it: nobody is in it unless a domain's metadata says so"
                                        .formatted(Wording.reveal(name)));
                    }
                });
    }

    private boolean comesFromSources(String name) {
        return tenants.from().stream()
                .anyMatch(source ->
                        switch (source) {
                            case OpenStack _ -> PROJECT.matcher(name).matches();
                            case NamePrefix(String separator) -> !name.contains(separator);
                        });
    }

    private void ofRule(Rule rule) {
        String label = rule.policy().origin().label();
        Optional<String> name = rule.tenant().map(Tenants.OfRule::name);
        name.filter(unlisted -> !tenants.named().containsKey(unlisted))
                .ifPresent(unlisted -> {
                    String guess = Wording.guess(unlisted, tenants.named().keySet());
                    if (!guess.isEmpty()) {
                        warn(
                                label,
                                "%s is not under tenants, so that tenantDefaults hold for it%s"
                                        .formatted(Wording.reveal(unlisted), guess));
                    }
                });
        name.ifPresent(known -> compare(label, rule.policy(), "the tenant", limitsOf(known)));
    }

    private TenantLimits limitsOf(String name) {
        TenantLimits below = tenants.defaults().over(TenantLimits.NONE, true);
        Tenants.Entry entry = tenants.named().get(name);
        return entry == null ? below : entry.over(below, true);
    }

    /**
     * Compares the limits of unmatched guests with the tenant defaults: such guests may have
     * different tenants, and the defaults apply to most of them.
     */
    private void ofUnmatched() {
        compare(
                unmatched.origin().label(),
                unmatched,
                "most tenants",
                tenants.defaults().over(TenantLimits.NONE, true));
    }

    /** Warns about a guest's limit that the file sets but the tenant's limit makes unreachable. */
    private void compare(String label, GuestPolicy guest, String whose, TenantLimits tenant) {
        if (guest.denied()) {
            return;
        }
        for (Map.Entry<Limit, Setting> each : tenant.settings().entrySet()) {
            Limit limit = each.getKey();
            Setting own = guest.setting(limit);
            boolean above =
                    limit != Limit.WEIGHT
                            && own.source().layer() != Layer.COMMAND_LINE
                            && own.value() instanceof Bound guests
                            && each.getValue().value() instanceof Bound all
                            && guests.magnitude() > all.magnitude();
            if (above) {
                warn(
                        label,
                        "%s %s (%s) is above that of %s, %s (%s), which binds"
                                .formatted(
                                        limit.key(),
                                        own.value(),
                                        own.source().label(),
                                        whose,
                                        each.getValue().value(),
                                        each.getValue().source().label()));
            }
        }
    }

    private void warn(String label, String message) {
        warnings.add(new RuleWarning(label, message));
    }
}
