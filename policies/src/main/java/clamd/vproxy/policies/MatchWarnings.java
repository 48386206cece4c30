package clamd.vproxy.policies;

import clamd.vproxy.policies.Match.CidWithin;
import clamd.vproxy.policies.Match.Condition;
import clamd.vproxy.policies.Match.HasMetadataClass;
import clamd.vproxy.policies.Match.NameIs;
import clamd.vproxy.policies.Match.UuidIs;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Warns about rules that are correct but probably match no guest. Pure function. */
final class MatchWarnings {
    /**
     * Syntax of other pattern languages: shell classes and lists, regular expressions, SQL's %, or
     * several names in one.
     */
    private static final Pattern FOREIGN_SYNTAX =
            Pattern.compile(
                    "\\[[^\\]]*\\]|\\{[^}]*\\}|[\\\\|%,;/]|^[\\^!~]|\\$$|\\.[*+?]|\\)[*+?]|\\(\\?");

    private MatchWarnings() {}

    /** Returns the warnings about the rules' matches, in the order of the file. */
    static List<RuleWarning> of(List<Rule> rules) {
        List<RuleWarning> warnings = new ArrayList<>();
        Map<String, Map.Entry<String, String>> seen = new HashMap<>();
        for (Rule rule : rules) {
            String label = rule.policy().origin().label();
            for (Condition condition : rule.match().conditions()) {
                Optional<String> text = text(condition);
                if (text.isEmpty()) {
                    continue;
                }
                odd(condition, text.get())
                        .ifPresent(message -> warnings.add(new RuleWarning(label, message)));
                String key = condition.key() + ' ' + LookAlikes.skeleton(text.get());
                Map.Entry<String, String> other =
                        seen.putIfAbsent(key, Map.entry(text.get(), label));
                if (other != null && !other.getKey().equals(text.get())) {
                    warnings.add(
                            new RuleWarning(
                                    label,
                                    "%s %s looks like %s of %s and is another; write both alike"
                                            .formatted(
                                                    condition.key(),
                                                    Wording.reveal(text.get()),
                                                    Wording.reveal(other.getKey()),
                                                    other.getValue())));
                }
            }
        }
        return List.copyOf(warnings);
    }

    private static Optional<String> text(Condition condition) {
        return switch (condition) {
            case NameIs name -> Optional.of(name.glob().toString());
            case HasMetadataClass metadata -> Optional.of(metadata.name());
            case UuidIs _, CidWithin _ -> Optional.empty();
        };
    }

    private static Optional<String> odd(Condition condition, String text) {
        boolean isName = condition instanceof NameIs;
        if (FOREIGN_SYNTAX.matcher(text).find()) {
            return Optional.of(
                    "%s %s is taken literally%s; write one rule for each name"
                            .formatted(
                                    condition.key(),
                                    Wording.reveal(text),
                                    isName ? ", only * and ? are patterns" : ""));
        }
        if (!isName && (text.contains("*") || text.contains("?"))) {
            return Optional.of(
                    "%s %s is taken literally, a class has no patterns"
                            .formatted(condition.key(), Wording.reveal(text)));
        }
        if (!text.equals(text.strip())) {
            return Optional.of(
                    "%s %s begins or ends with a blank"
                            .formatted(condition.key(), Wording.reveal(text)));
        }
        return LookAlikes.isOdd(text)
                ? Optional.of(
                        "%s %s has characters that are invisible or look like others; copy the name from virsh list --all"
                                .formatted(condition.key(), Wording.reveal(text)))
                : Optional.empty();
    }
}
