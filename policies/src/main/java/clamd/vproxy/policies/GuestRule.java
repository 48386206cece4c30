package clamd.vproxy.policies;

import clamd.vproxy.policies.JsonDocument.Layout;
import clamd.vproxy.policies.Node.ArrayNode;
import clamd.vproxy.policies.Node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * The rule of a policy file that decides for one guest, and the file's content after that rule is
 * edited or another is inserted above it. Immutable.
 *
 * @param index the index of the deciding rule; the number of rules if none decides
 * @param isOwn whether the rule concerns this guest alone
 */
record GuestRule(
        PolicyEditor editor,
        GuestIdentity guest,
        PolicySet policies,
        JsonDocument file,
        int index,
        boolean isOwn) {

    /**
     * Finds the deciding rule: the first one that concerns this guest alone, or matches it and is
     * not a dry run.
     */
    static GuestRule find(PolicyEditor editor, byte[] content, GuestIdentity guest)
            throws PolicyException {
        PolicySet policies = PolicyParser.parse(editor.sourceName(), content, editor.underneath());
        JsonDocument file = JsonDocument.of(new String(content, StandardCharsets.UTF_8));
        int index = 0;
        for (Rule rule : policies.rules()) {
            boolean own = rule.match().isOnly(guest);
            if (own || (!rule.dryRun() && rule.match().holds(guest))) {
                return new GuestRule(editor, guest, policies, file, index, own);
            }
            index++;
        }
        return new GuestRule(editor, guest, policies, file, index, false);
    }

    /** Returns the JSON texts of the guest's own rule, by key. */
    SequencedMap<String, String> own() throws PolicyException {
        if (!isOwn) {
            throw refusal(
                    guest.label() + " has no rule of its own that decides; set a key to make one");
        }
        return file.textsOf(rules(file).get(index));
    }

    /** Returns the JSON texts of the guest's own rule, or the initial ones of a new rule. */
    SequencedMap<String, String> beginning() throws PolicyException {
        return isOwn ? own() : inherited();
    }

    private SequencedMap<String, String> inherited() throws PolicyException {
        SequencedMap<String, String> texts = new LinkedHashMap<>();
        texts.put(Keys.MATCH, layout().onOneLine().object(match()));
        if (index < rules(file).size()) {
            file.textsOf(rules(file).get(index))
                    .forEach((key, text) -> {
                        if (RuleBinder.isGrant(key)
                                || key.equals(Keys.DENY)
                                || key.equals(Keys.TENANT)) {
                            texts.put(key, text);
                        }
                    });
        } else if (policies.resolve(guest).denied()) {
            texts.put(Keys.DENY, Boolean.toString(true));
        }
        return texts;
    }

    private Map<String, String> match() throws PolicyException {
        if (guest.uuid().isPresent()) {
            return Map.of(Keys.UUID, JsonDocument.quote(guest.uuid().get().toString()));
        }
        Optional<String> name = guest.name().filter(known -> new Glob(known).isOneName());
        if (name.isEmpty()) {
            throw refusal(
                    "no rule can name "
                            + guest.label()
                            + " alone: its UUID is not known, nor a name without * and ?");
        }
        return Map.of(Keys.NAME, JsonDocument.quote(name.get()));
    }

    /** Creates the file in which the guest has this rule, and checks it. */
    PolicyEdit become(SequencedMap<String, String> wished) throws PolicyException {
        int place = isOwn ? index : place(wished);
        JsonDocument edited = isOwn ? changed(wished) : inserted(place, wished);
        PolicySet after =
                PolicyParser.parse(
                        editor.sourceName(),
                        edited.text().getBytes(StandardCharsets.UTF_8),
                        editor.underneath());
        requireNothingElseChanged(edited, place, wished);
        GuestPolicy now = after.resolve(guest);
        RuleOrigin origin = after.rules().get(place).policy().origin();
        if (!now.origin().equals(origin)
                && now.dryRun().map(GuestPolicy::origin).filter(origin::equals).isEmpty()) {
            throw refusal(
                    "another dry run comes first, so that "
                            + guest.label()
                            + "'s own rule would decide nothing");
        }
        return new PolicyEdit(edited.text(), policies, after, origin, !isOwn);
    }

    /**
     * Returns the index for a new rule: directly above the deciding rule, or, for a dry run, above
     * all rules that match.
     */
    private int place(Map<String, String> wished) {
        if (Boolean.toString(true).equals(wished.get(Keys.DRY_RUN))) {
            for (int i = 0; i < index; i++) {
                if (policies.rules().get(i).match().holds(guest)) {
                    return i;
                }
            }
        }
        return index;
    }

    private JsonDocument changed(SequencedMap<String, String> wished) throws PolicyException {
        JsonDocument edited = file;
        for (String key : own().keySet()) {
            if (!wished.containsKey(key)) {
                edited = edited.remove(rules(edited).get(index), key);
            }
        }
        for (Map.Entry<String, String> entry : wished.entrySet()) {
            edited = edited.set(rules(edited).get(index), entry.getKey(), entry.getValue());
        }
        return edited;
    }

    private JsonDocument inserted(int place, SequencedMap<String, String> wished) {
        String json = layout().object(wished);
        return rules(file).isEmpty()
                ? file.setOnlyItem(Keys.RULES, json)
                : file.insert(array(file).orElseThrow(), place, json);
    }

    /**
     * Returns the layout for the new rule: that of the rule below it, or else of the last rule, or
     * else one line.
     */
    private Layout layout() {
        List<ObjectNode> rules = rules(file);
        return rules.isEmpty()
                ? file.layout(file.root()).onOneLine()
                : file.layout(rules.get(Math.min(index, rules.size() - 1)));
    }

    /** Checks that the edited file, which the parser has accepted, differs only in this rule. */
    private void requireNothingElseChanged(
            JsonDocument edited, int place, SequencedMap<String, String> wished) {
        List<String> before = ruleTexts(file);
        if (isOwn) {
            before.remove(place);
        }
        List<String> after = ruleTexts(edited);
        after.remove(place);
        if (!before.equals(after)
                || !aroundRules(file).equals(aroundRules(edited))
                || !edited.textsOf(rules(edited).get(place)).equals(wished)) {
            throw new IllegalStateException("the edit changed something else: " + edited.text());
        }
    }

    private static List<String> ruleTexts(JsonDocument document) {
        List<String> texts = new ArrayList<>();
        rules(document).forEach(rule -> texts.add(document.textOf(rule)));
        return texts;
    }

    private static Map<String, String> aroundRules(JsonDocument document) {
        Map<String, String> texts = document.textsOf(document.root());
        texts.remove(Keys.RULES);
        return texts;
    }

    private static List<ObjectNode> rules(JsonDocument document) {
        return array(document).stream()
                .flatMap(array -> array.items().stream())
                .map(ObjectNode.class::cast)
                .toList();
    }

    private static Optional<ArrayNode> array(JsonDocument document) {
        return Values.member(document.root(), Keys.RULES).map(ArrayNode.class::cast);
    }

    /** Creates a problem at the deciding rule, or of the file if no rule decides. */
    PolicyException refusal(String message) {
        Problems problems = new Problems();
        List<ObjectNode> rules = rules(file);
        if (index < rules.size()) {
            problems.add(rules.get(index), message);
        } else {
            problems.addOfFile(message);
        }
        return problems.asException(editor.sourceName());
    }
}
