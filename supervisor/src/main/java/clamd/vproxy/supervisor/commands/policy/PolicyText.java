package clamd.vproxy.supervisor.commands.policy;

import clamd.vproxy.policies.Explanation;
import clamd.vproxy.policies.GuestIdentity;
import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.policies.Limit;
import clamd.vproxy.policies.PrintableText;
import clamd.vproxy.policies.RuleOrigin;
import clamd.vproxy.policies.Setting;
import clamd.vproxy.policies.TenantLimits;
import clamd.vproxy.policies.TenantPolicy;
import clamd.vproxy.supervisor.base.text.Table;
import clamd.vproxy.supervisor.reports.control.LimitOfGuest;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** Formats an explanation for people. Static function only. */
final class PolicyText {
    private static final int LIMIT_WIDTH = width(Limit::key);

    private PolicyText() {}

    /** Prints the guest, the rule that decides, a line for each limit, and the other rules. */
    static void print(PrintWriter out, Explanation why) {
        out.println("Guest: " + guest(why.guest()));
        out.println("Rule: " + rule(why.policy()));
        tenant(out, why.policy().tenant());
        limits(out, why.policy());
        tenantLimits(out, why.policy());
        why.policy()
                .dryRun()
                .ifPresent(tried -> {
                    out.println();
                    out.println("Dry run, not enforced: " + rule(tried));
                    limits(out, tried);
                    tenantLimits(out, tried);
                });
        list(
                out,
                "Passed over:",
                why.passedOver().stream()
                        .map(passed -> passed.origin().label() + ": " + passed.reason())
                        .toList());
        list(
                out,
                "Would match, too, but stand below:",
                why.alsoMatching().stream().map(RuleOrigin::label).toList());
        out.flush();
    }

    private static String guest(GuestIdentity guest) {
        List<String> parts = new ArrayList<>();
        parts.add(guest.name().map(PrintableText::unmistakable).orElseGet(guest::label));
        guest.uuid()
                .filter(_ -> guest.name().isPresent())
                .ifPresent(uuid -> parts.add("UUID " + uuid));
        guest.cid().ifPresent(cid -> parts.add("CID " + cid));
        guest.metadataClasses().stream().sorted().forEach(name -> parts.add("class " + name));
        return String.join(", ", parts.stream().distinct().toList());
    }

    private static String rule(GuestPolicy policy) {
        return policy.origin().label() + (policy.denied() ? ", denied" : "");
    }

    private static void tenant(PrintWriter out, TenantPolicy tenant) {
        boolean named = tenant.tenant().named().isPresent();
        out.println("Tenant: " + tenant.label() + (named ? ", from " + tenant.source() : ""));
        tenant.passedOver().forEach(reason -> out.println("Tenant passed over: " + reason));
    }

    /**
     * Prints the limits of all guests of the tenant together, and which of the two levels binds.
     */
    private static void tenantLimits(PrintWriter out, GuestPolicy policy) {
        TenantLimits tenant = policy.tenant().limits();
        if (policy.denied() || tenant.settings().isEmpty()) {
            return;
        }
        out.println();
        Table.print(
                out,
                List.of("LIMIT OF ALL ITS GUESTS", "VALUE", "SOURCE", "BINDS THIS GUEST"),
                tenant.settings().entrySet().stream()
                        .map(each ->
                                List.of(
                                        each.getKey().key(),
                                        each.getValue().value().toString(),
                                        each.getValue().source().label(),
                                        TenantBinding.of(policy, each.getKey()).text()))
                        .toList());
    }

    /** Prints the limits; those of a denied guest have no meaning. */
    private static void limits(PrintWriter out, GuestPolicy policy) {
        if (policy.denied()) {
            return;
        }
        int width = width(limit -> value(policy, limit));
        String format = "%-" + LIMIT_WIDTH + "s  %-" + width + "s  %s%n";
        out.println();
        out.printf(format, "LIMIT", "VALUE", "SOURCE");
        for (Limit limit : Limit.values()) {
            Setting setting = policy.setting(limit);
            out.printf(format, limit.key(), setting.value(), setting.source().label());
        }
        LimitOfGuest.note(LimitOfGuest.of(policy)).ifPresent(out::println);
    }

    private static void list(PrintWriter out, String title, List<String> lines) {
        if (!lines.isEmpty()) {
            out.println();
            out.println(title);
            lines.forEach(line -> out.println("  " + line));
        }
    }

    private static String value(GuestPolicy policy, Limit limit) {
        return policy.setting(limit).value().toString();
    }

    private static int width(Function<Limit, String> text) {
        return Stream.of(Limit.values()).map(text).mapToInt(String::length).max().orElse(0);
    }
}
