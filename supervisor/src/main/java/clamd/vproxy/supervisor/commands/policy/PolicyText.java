package clamd.vproxy.supervisor.commands.policy;

import clamd.vproxy.policies.Explanation;
import clamd.vproxy.policies.GuestIdentity;
import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.policies.Limit;
import clamd.vproxy.policies.PrintableText;
import clamd.vproxy.policies.RuleOrigin;
import clamd.vproxy.policies.Setting;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** An explanation for people. Static function only. */
final class PolicyText {
    private static final int LIMIT_WIDTH = width(Limit::key);

    private PolicyText() {}

    /** Prints who it is, which rule decides, a line for each limit, and the other rules. */
    static void print(PrintWriter out, Explanation why) {
        out.println("Guest: " + guest(why.guest()));
        out.println("Rule: " + rule(why.policy()));
        limits(out, why.policy());
        why.policy()
                .dryRun()
                .ifPresent(tried -> {
                    out.println();
                    out.println("Dry run, not enforced: " + rule(tried));
                    limits(out, tried);
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

    /** Limits of a denied guest mean nothing. */
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
