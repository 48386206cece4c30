package clamd.vproxy.policies;

import clamd.vproxy.policies.LimitSource.Layer;
import clamd.vproxy.policies.Node.Member;
import clamd.vproxy.policies.Node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads the tenants of a policy file. */
record TenantBinder(String sourceName, Values values, LimitBinder limits) {
    private static final Map<String, String> REFUSED_IN_TENANTS = refusals();

    /** Returns a message for each key that only a guest can have, and a tenant cannot. */
    private static Map<String, String> refusals() {
        Map<String, String> refusals = new HashMap<>();
        for (Limit limit : Limit.values()) {
            if (!limit.isForTenants()) {
                refusals.put(
                        limit.key(),
                        limit.key()
                                + " is a limit of guests; write it in defaults, a class or a rule");
            }
        }
        refusals.put(
                Keys.DENY,
                "a tenant cannot be denied; deny its guests by a rule, or write \"maxConnections\": 0");
        return Map.copyOf(refusals);
    }

    Tenants bind(ObjectNode top) {
        Tenants.Entry defaults =
                Values.member(top, Keys.TENANT_DEFAULTS)
                        .map(node -> entry(node, Layer.TENANT_DEFAULTS, Keys.TENANT_DEFAULTS))
                        .orElse(Tenants.NONE.defaults());
        Map<String, Tenants.Entry> named = new HashMap<>();
        Values.member(top, Keys.TENANTS)
                .flatMap(values::object)
                .ifPresent(object ->
                        object.members()
                                .forEach((name, member) -> {
                                    if (!name.equals(Keys.COMMENT)) {
                                        checkKey(name, member);
                                        named.put(
                                                name,
                                                entry(
                                                        member.value(),
                                                        Layer.TENANT,
                                                        Keys.TENANTS
                                                                + "."
                                                                + PrintableText.of(name)));
                                    }
                                }));
        return new Tenants(from(top), defaults, named);
    }

    private void checkKey(String name, Member member) {
        TenantName.fault(name)
                .ifPresent(fault ->
                        values.problems().add(member.key(), member.value().pointer(), fault));
    }

    private Tenants.Entry entry(Node node, Layer layer, String owner) {
        String label = owner + "@" + sourceName + ":" + node.span().line();
        return values.object(node, Keys.TENANT_LIMITS, REFUSED_IN_TENANTS)
                .map(object ->
                        new Tenants.Entry(
                                label,
                                limits.bindOfTenant(object, layer, owner),
                                Values.member(object, Keys.DRY_RUN)
                                        .flatMap(values::flag)
                                        .orElse(false)))
                .orElse(new Tenants.Entry(label, Map.of(), false));
    }

    /** Returns the tenant that a rule or a class names; empty if it names none. */
    Optional<Tenants.OfRule> named(ObjectNode object, String source) {
        return Values.member(object, Keys.TENANT)
                .flatMap(node -> values.text(node).flatMap(name -> checked(node, name)))
                .map(name -> new Tenants.OfRule(name, source));
    }

    private Optional<String> checked(Node node, String name) {
        return TenantName.fault(name)
                .<Optional<String>>map(fault -> values.problem(node, fault))
                .orElse(Optional.of(name));
    }

    private List<TenantSource> from(ObjectNode top) {
        List<TenantSource> sources = new ArrayList<>();
        Values.member(top, Keys.TENANT_FROM)
                .flatMap(values::array)
                .ifPresent(nodes ->
                        nodes.forEach(node ->
                                values.text(node)
                                        .flatMap(text -> source(node, text))
                                        .filter(source -> isNew(node, source, sources))
                                        .ifPresent(sources::add)));
        return sources;
    }

    private boolean isNew(Node node, TenantSource source, List<TenantSource> before) {
        if (before.contains(source)) {
            values.problem(node, Wording.quote(source.text()) + " is a duplicate");
            return false;
        }
        return true;
    }

    private Optional<TenantSource> source(Node node, String text) {
        if (text.equals(TenantSource.NOVA_PROJECT)) {
            return Optional.of(new TenantSource.OpenStack());
        }
        if (!text.startsWith(TenantSource.NAME_PREFIX)) {
            List<String> known =
                    Stream.of(TenantSource.NOVA_PROJECT, TenantSource.NAME_PREFIX + "-").toList();
            return values.problem(
                    node,
                    Wording.quote(text)
                            + " is no source of tenants; write \"nova-project\", or \"name-prefix:\""
                            + " with a separator, e.g. \"name-prefix:-\""
                            + Wording.guess(text, known));
        }
        String separator = text.substring(TenantSource.NAME_PREFIX.length());
        boolean usable =
                !separator.isEmpty()
                        && separator.codePointCount(0, separator.length())
                                <= TenantSource.LONGEST_SEPARATOR
                        && separator.codePoints().noneMatch(PrintableText::breaksLine);
        return usable
                ? Optional.of(new TenantSource.NamePrefix(separator))
                : values.problem(
                        node,
                        "behind name-prefix: a separator of 1 to %d characters is needed, e.g. \"name-prefix:-\""
                                .formatted(TenantSource.LONGEST_SEPARATOR));
    }
}
