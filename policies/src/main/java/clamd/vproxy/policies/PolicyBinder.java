package clamd.vproxy.policies;

import clamd.vproxy.policies.LimitSource.Layer;
import clamd.vproxy.policies.Node.Member;
import clamd.vproxy.policies.Node.NumberNode;
import clamd.vproxy.policies.Node.ObjectNode;
import clamd.vproxy.policies.RuleBinder.GuestClass;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Turns the nodes of a file into policies, and reports everything that is wrong with them. */
record PolicyBinder(
        String sourceName,
        String revision,
        Limits underneath,
        Values values,
        LimitBinder limits,
        TenantBinder tenants) {
    /** The required value of {@code version}. */
    static final long VERSION = 1;

    /** The form of a class name, which never needs quoting in log lines. */
    private static final Pattern CLASS_NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private static final Map<String, String> REFUSED_IN_CLASSES =
            Map.of(
                    Keys.CLASS, "a class cannot refer to another class; write its limits here",
                    Keys.DENY, "a class cannot deny; write \"deny\": true in the rule",
                    Keys.MATCH, "a class matches nobody; write a rule that names the class");

    private static final Map<String, String> REFUSED_IN_DEFAULTS =
            Map.of(
                    Keys.TENANT,
                    "defaults name no tenant, or all guests were of one; write \"tenant\" in a rule or class, or \"tenantFrom\" beside defaults");

    PolicyBinder(String sourceName, String revision, Limits underneath, Problems problems) {
        this(sourceName, revision, underneath, new Values(problems));
    }

    private PolicyBinder(String sourceName, String revision, Limits underneath, Values values) {
        this(sourceName, revision, underneath, values, new LimitBinder(sourceName, values));
    }

    private PolicyBinder(
            String sourceName,
            String revision,
            Limits underneath,
            Values values,
            LimitBinder limits) {
        this(
                sourceName,
                revision,
                underneath,
                values,
                limits,
                new TenantBinder(sourceName, values, limits));
    }

    /**
     * Returns the policies; empty if the outermost value is not an object. They are valid only if
     * no problem was reported.
     */
    Optional<PolicySet> bind(Node root) {
        return values.object(root, Keys.TOP).map(this::top);
    }

    private PolicySet top(ObjectNode top) {
        Values.member(top, Keys.SCHEMA).ifPresent(values::text);
        version(top);
        ResolvedLimits defaults = defaults(top);
        RuleBinder binder =
                new RuleBinder(sourceName, values, limits, tenants, defaults, classes(top));
        List<Rule> rules =
                Values.member(top, Keys.RULES)
                        .flatMap(values::array)
                        .map(binder::bind)
                        .orElse(List.of());
        return new PolicySet(revision, rules, unmatched(top, defaults), tenants.bind(top));
    }

    private void version(ObjectNode top) {
        Optional<Node> node = Values.member(top, Keys.VERSION);
        if (node.isEmpty()) {
            values.problem(top, "version is missing; write \"version\": " + VERSION);
        } else if (node.get() instanceof NumberNode(_, _, String literal)) {
            if (!literal.equals(Long.toString(VERSION))) {
                values.problem(
                        node.get(),
                        "version "
                                + Wording.shorten(literal)
                                + " is not known here; this is for version "
                                + VERSION);
            }
        } else {
            values.wrong(node.get(), "the number " + VERSION);
        }
    }

    private ResolvedLimits defaults(ObjectNode top) {
        Optional<ObjectNode> defaults =
                Values.member(top, Keys.DEFAULTS)
                        .flatMap(node -> values.object(node, Keys.LIMITS, REFUSED_IN_DEFAULTS));
        ResolvedLimits base = ResolvedLimits.underneath(underneath);
        return defaults.map(object ->
                        base.overriddenBy(limits.bind(object, Layer.FILE_DEFAULTS, Keys.DEFAULTS)))
                .orElse(base);
    }

    private Map<String, GuestClass> classes(ObjectNode top) {
        Map<String, GuestClass> classes = new HashMap<>();
        Values.member(top, Keys.CLASSES)
                .flatMap(values::object)
                .ifPresent(object ->
                        object.members().entrySet().stream()
                                .filter(entry -> !entry.getKey().equals(Keys.COMMENT))
                                .forEach(entry ->
                                        classes.put(
                                                entry.getKey(),
                                                guestClass(entry.getKey(), entry.getValue()))));
        return classes;
    }

    private GuestClass guestClass(String name, Member member) {
        if (!CLASS_NAME.matcher(name).matches()) {
            values.problems()
                    .add(
                            member.key(),
                            member.value().pointer(),
                            Wording.quote(name)
                                    + " cannot name a class; use 1 to 64 letters, digits, '.', '_' or '-'");
        }
        String owner = Keys.CLASSES + "." + name;
        return values.object(member.value(), Keys.IN_CLASS, REFUSED_IN_CLASSES)
                .map(object ->
                        new GuestClass(
                                limits.bind(object, Layer.CLASS, owner),
                                tenants.named(
                                        object,
                                        owner + "@" + sourceName + ":" + object.span().line())))
                .orElse(GuestClass.NONE);
    }

    private GuestPolicy unmatched(ObjectNode top, ResolvedLimits defaults) {
        RuleOrigin origin = new RuleOrigin.Unmatched();
        Optional<Node> node = Values.member(top, Keys.UNMATCHED);
        String fate = node.flatMap(values::text).orElse(Keys.DEFAULTS);
        return switch (fate) {
            case Keys.DEFAULTS -> defaults.admit(origin);
            case Keys.DENY -> defaults.deny(origin);
            default -> {
                node.ifPresent(it ->
                        values.problem(
                                it, Wording.quote(fate) + " is neither \"defaults\" nor \"deny\""));
                yield defaults.deny(origin);
            }
        };
    }
}
