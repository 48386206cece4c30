package clamd.vproxy.policies;

import clamd.vproxy.policies.TenantMarks.NovaProject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a file says about tenants: where guests' tenants come from, and their limits. Immutable.
 *
 * @param from the sources that are asked where neither rule nor our metadata names a tenant, in
 *     their order
 * @param defaults what holds for every tenant that does not say otherwise
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
     * {@code tenantDefaults}, or one of {@code tenants}.
     *
     * @param label its place, for people
     * @param dryRun whether its limits are only tried out
     */
    record Entry(String label, Map<Limit, Setting> settings, boolean dryRun) {
        TenantLimits over(TenantLimits below, boolean withDryRuns) {
            return dryRun && !withDryRuns ? below : below.overriddenBy(settings);
        }
    }

    /**
     * A rule's tenant, or its class's.
     *
     * @param source the place, for people
     */
    record OfRule(String name, String source) {}

    /** The tenant of a guest: the first of the places where one is named. */
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

    /** Whether some tenant may use so much in a day only. */
    boolean limitDays() {
        return Stream.concat(Stream.of(defaults), named.values().stream())
                .map(entry -> entry.over(TenantLimits.NONE, true))
                .anyMatch(limits -> Limit.limitsDays(limits::bound));
    }

    /** The place of the limits that are only tried on this tenant; empty if there are none. */
    Optional<RuleOrigin> tried(Tenant tenant) {
        return tenant.named()
                .map(named::get)
                .filter(Entry::dryRun)
                .or(() -> Optional.of(defaults).filter(Entry::dryRun))
                .map(entry -> new RuleOrigin.TenantEntry(entry.label()));
    }

    /** The tenant, with those limits enforced that are only tried. */
    TenantPolicy withDryRuns(TenantPolicy policy) {
        Optional<Entry> entry = policy.tenant().named().map(named::get);
        return policy.with(limits(entry, true));
    }
}
