package clamd.vproxy.policies;

import clamd.vproxy.policies.LimitSource.Layer;
import clamd.vproxy.policies.Node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the rules and resolves each of them over its class and the file's defaults. */
record RuleBinder(
        String sourceName,
        Values values,
        LimitBinder limits,
        TenantBinder tenants,
        ResolvedLimits defaults,
        Map<String, GuestClass> classes) {

    /**
     * A class of the policy file.
     *
     * @param tenant the tenant that the class names
     */
    record GuestClass(Map<Limit, Setting> limits, Optional<Tenants.OfRule> tenant) {
        static final GuestClass NONE = new GuestClass(Map.of(), Optional.empty());
    }

    /** Returns the rules in their order. Wrong ones are reported and left out. */
    List<Rule> bind(List<Node> nodes) {
        List<Rule> rules = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            int index = i;
            values.object(nodes.get(i), Keys.RULE)
                    .flatMap(object -> rule(object, index))
                    .ifPresent(rules::add);
        }
        return rules;
    }

    private Optional<Rule> rule(ObjectNode object, int index) {
        RuleOrigin origin = new RuleOrigin.Rule(index, sourceName, object.span().line());
        GuestClass guestClass =
                Values.member(object, Keys.CLASS).map(this::classOf).orElse(GuestClass.NONE);
        Map<Limit, Setting> own = limits.bind(object, Layer.RULE, Keys.RULES + "[" + index + "]");
        GuestPolicy policy =
                denies(object)
                        ? defaults.deny(origin)
                        : defaults.overriddenBy(guestClass.limits())
                                .overriddenBy(own)
                                .admit(origin);
        boolean dryRun = Values.member(object, Keys.DRY_RUN).flatMap(values::flag).orElse(false);
        Optional<Tenants.OfRule> tenant =
                tenants.named(object, origin.label()).or(guestClass::tenant);
        return match(object).map(match -> new Rule(match, policy, tenant, dryRun));
    }

    private Optional<Match> match(ObjectNode object) {
        Optional<Node> match = Values.member(object, Keys.MATCH);
        return match.isPresent()
                ? new MatchBinder(values).bind(match.get())
                : values.problem(
                        object, "match is missing; it says which guests the rule concerns");
    }

    private GuestClass classOf(Node node) {
        return values.text(node)
                .flatMap(name ->
                        classes.containsKey(name)
                                ? Optional.ofNullable(classes.get(name))
                                : values.problem(
                                        node,
                                        "there is no class "
                                                + Wording.quote(name)
                                                + Wording.guess(name, classes.keySet())))
                .orElse(GuestClass.NONE);
    }

    /** Whether the rule denies its guests; its class and limits then have no effect. */
    private boolean denies(ObjectNode object) {
        return Values.member(object, Keys.DENY).flatMap(values::flag).orElse(false);
    }

    /** Whether the key grants a guest something: a class or a limit. */
    static boolean isGrant(String key) {
        return key.equals(Keys.CLASS) || (Keys.LIMITS.contains(key) && !key.equals(Keys.COMMENT));
    }
}
