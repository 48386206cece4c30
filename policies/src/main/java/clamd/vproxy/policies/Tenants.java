package clamd.vproxy.policies;

import clamd.vproxy.policies.TenantMarks.NovaProject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The tenants of a policy file: the sources of guests' tenants, and the limits of each tenant.
 * Immutable.
 *
 * @param from the sources that are tried, in this order, if neither a rule nor the metadata element
 *     of clamd-vproxy names a tenant
 * @param defaults the limits of every tenant whose entry does not set them
 * @param named the tenants that have an entry
 */
record Tenants(List<TenantSource> from, Entry defaults, Map<String, Entry> named) {
    static final Tenants NONE = new Tenants(List.of(), new Entry("", Map.of(), false), Map.of());

    private static final String METADATA = "metadata";
    private static final String ITSELF = "the guest itself";

    Tenants {
        from = List.copyOf(from);
        named = Map.copyOf(named);
    }

    /**
     * The file's {@code tenantDefaults}, or an entry of its {@code tenants}.
     *
     * @param label the entry's place, for people
     * @param dryRun whether its limits are only a dry run
     */
    record Entry(String label, Map<Limit, Setting> settings, boolean dryRun) {
        TenantLimits over(TenantLimits below, boolean withDryRuns) {
            return dryRun && !withDryRuns ? below : below.overriddenBy(settings);
        }
    }

    /**
     * The tenant that a rule or its class names.
     *
     * @param source the place, for people
     */
    record OfRule(String name, String source) {}

    /** Returns the tenant of a guest, from the first source that names a usable one. */
    TenantPolicy of(GuestIdentity guest, Optional<OfRule> ofRule) {
        if (ofRule.isPresent()) {
            return policy(ofRule.get().name(), ofRule.get().source(), guest, List.of());
        }
        List<String> passedOver = new ArrayList<>();
        Optional<String> ours = guest.tenantMarks().ours();
        if (isUsable(ours, METADATA, passedOver)) {
            return policy(ours.orElseThrow(), METADATA, guest, passedOver);
        }
        for (TenantSource source : from) {
            Optional<String> name = source.of(guest);
            String text = Keys.TENANT_FROM + " " + source.text();
            if (isUsable(name, text, passedOver)) {
                return policy(name.orElseThrow(), text, guest, passedOver);
            }
        }
        return new TenantPolicy(
                new Tenant.OneGuest(guest.key()),
                Optional.empty(),
                ITSELF,
                limits(Optional.empty(), false),
                passedOver);
    }

    private static boolean isUsable(Optional<String> name, String source, List<String> passedOver) {
        Optional<String> fault = name.flatMap(TenantName::fault);
        fault.ifPresent(text -> passedOver.add(source + ": " + text));
        return name.isPresent() && fault.isEmpty();
    }

    private TenantPolicy policy(
            String name, String source, GuestIdentity guest, List<String> passedOver) {
        Optional<Entry> entry = Optional.ofNullable(named.get(name));
        return new TenantPolicy(
                new Tenant.Named(name),
                guest.tenantMarks()
                        .novaProject()
                        .filter(project -> project.uuid().equals(name))
                        .map(NovaProject::name)
                        .filter(title -> !title.isBlank()),
                source,
                limits(entry, false),
                passedOver);
    }

    private TenantLimits limits(Optional<Entry> entry, boolean withDryRuns) {
        TenantLimits below = defaults.over(TenantLimits.NONE, withDryRuns);
        return entry.map(own -> own.over(below, withDryRuns)).orElse(below);
    }

    /** Whether any tenant has a daily limit, enforced or as a dry run. */
    boolean hasDailyLimit() {
        return Stream.concat(Stream.of(defaults), named.values().stream())
                .map(entry -> entry.over(TenantLimits.NONE, true))
                .anyMatch(limits -> Limit.hasDailyLimit(limits::bound));
    }

    /** Returns the place of the dry-run limits of this tenant; empty if there are none. */
    Optional<RuleOrigin> tried(Tenant tenant) {
        return tenant.named()
                .map(named::get)
                .filter(Entry::dryRun)
                .or(() -> Optional.of(defaults).filter(Entry::dryRun))
                .map(entry -> new RuleOrigin.TenantEntry(entry.label()));
    }

    /** Returns the tenant with its dry-run limits as if they were enforced. */
    TenantPolicy withDryRuns(TenantPolicy policy) {
        Optional<Entry> entry = policy.tenant().named().map(named::get);
        return policy.with(limits(entry, true));
    }
}
