package clamd.vproxy.policies;

import clamd.vproxy.policies.LimitValue.Allowed;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Changes the rule of one guest, or the entry of one tenant, in the text of a policy file. All
 * other bytes stay as they are. Immutable; nothing is written to disk.
 *
 * <p>A guest's own rule is one whose {@code match} is the guest's UUID, or its name without
 * wildcards, and nothing else. If such a rule decides for the guest, it is changed. Otherwise
 * {@code set} inserts one for the guest's UUID (its name if the UUID is not known) above the rule
 * that decides, or at the end if none does. The new rule starts with what the deciding rule itself
 * sets: its class and limits, or its {@code deny}. Limits of its class and of the defaults are not
 * copied. So a denied guest is admitted only if {@code deny=false} is set. With {@code deny=true}
 * the new rule keeps the limits, so that they apply again once the guest is no longer denied.
 *
 * <p>A dry run that also concerns other guests stays above the new rule, unless the new rule is a
 * dry run itself; then the new rule is placed above it.
 *
 * @param sourceName the file as problems and rule labels name it
 * @param underneath the limits that apply where the file sets none
 */
public record PolicyEditor(String sourceName, Limits underneath) {
    private static final Pattern WITHOUT_QUOTES =
            Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?|true|false");

    /**
     * Sets keys of the guest's rule.
     *
     * @param file the policy file's bytes
     * @param guest the guest, with all properties that are known: rules that require an unknown one
     *     are passed over
     * @param settings values by key: limits as the file has them, but without quotes and brackets
     *     ({@code 100MiB}, {@code 30s}, {@code INSTREAM,PING}), {@code class}, {@code deny}, {@code
     *     dryRun} and {@code comment}
     * @throws PolicyException if the old or the new file is not correct, with the places in that
     *     file, or if the guest's own rule would decide nothing
     */
    public PolicyEdit set(byte[] file, GuestIdentity guest, SequencedMap<String, String> settings)
            throws PolicyException {
        GuestRule rule = GuestRule.find(this, file, guest);
        if (settings.containsKey(Keys.MATCH)) {
            throw rule.refusal("match cannot be set; edit the file to let a rule concern others");
        }
        SequencedMap<String, String> wished = rule.beginning();
        settings.forEach((key, value) -> wished.put(key, json(key, value)));
        return rule.become(wished);
    }

    /**
     * Removes keys from the guest's own rule, so that its class or the defaults apply again. The
     * rule stays, even if only its match is left.
     *
     * @param file the policy file's bytes
     * @param guest the guest, with all properties that are known
     * @param keys limits, {@code class}, {@code deny}, {@code dryRun} or {@code comment}
     * @throws PolicyException if the guest has no rule of its own that decides, if the rule lacks
     *     one of the keys, or if the old or the new file is not correct
     */
    public PolicyEdit unset(byte[] file, GuestIdentity guest, Collection<String> keys)
            throws PolicyException {
        GuestRule rule = GuestRule.find(this, file, guest);
        SequencedMap<String, String> wished = rule.own();
        for (String key : keys) {
            if (key.equals(Keys.MATCH)) {
                throw rule.refusal("match cannot be unset; remove the rule from the file instead");
            }
            String guess = Wording.guess(key, wished.keySet());
            if (wished.remove(key) == null) {
                throw rule.refusal("there is no " + Wording.quote(key) + " to unset" + guess);
            }
        }
        return rule.become(wished);
    }

    /**
     * Sets limits of a tenant in its entry, or in a new one at the end of the member "tenants".
     *
     * @param file the policy file's bytes
     * @param tenant the tenant's name
     * @param settings values by key: limits as the file has them, but without quotes, {@code
     *     dryRun} and {@code comment}
     * @throws PolicyException if the old or the new file is not correct, with the places in that
     *     file, or if a tenant cannot have this name
     */
    public TenantEdit setOfTenant(byte[] file, String tenant, SequencedMap<String, String> settings)
            throws PolicyException {
        PolicySet before = PolicyParser.parse(sourceName, file, underneath);
        Optional<String> fault =
                tenant.equals(Keys.COMMENT)
                        ? Optional.of("\"comment\" cannot have an entry in tenants")
                        : TenantName.fault(tenant);
        if (fault.isPresent()) {
            Problems problems = new Problems();
            problems.addOfFile(fault.get());
            throw problems.asException(sourceName);
        }
        SequencedMap<String, String> wished = new LinkedHashMap<>();
        settings.forEach((key, value) -> wished.put(key, json(key, value)));
        JsonDocument document = JsonDocument.of(new String(file, StandardCharsets.UTF_8));
        JsonDocument edited = TenantEdit.edited(document, tenant, wished);
        byte[] content = edited.text().getBytes(StandardCharsets.UTF_8);
        PolicySet after = PolicyParser.parse(sourceName, content, underneath);
        return new TenantEdit(edited.text(), before, after, TenantEdit.isNew(document, tenant));
    }

    /**
     * Removes keys from a tenant's entry, so that {@code tenantDefaults} apply again. The entry
     * stays.
     *
     * @param file the policy file's bytes
     * @param tenant the tenant's name
     * @param keys limits, {@code dryRun} or {@code comment}
     * @throws PolicyException if the tenant has no entry, if the entry lacks one of the keys, or if
     *     the old or the new file is not correct
     */
    public TenantEdit unsetOfTenant(byte[] file, String tenant, Collection<String> keys)
            throws PolicyException {
        PolicySet before = PolicyParser.parse(sourceName, file, underneath);
        JsonDocument edited = JsonDocument.of(new String(file, StandardCharsets.UTF_8));
        for (String key : keys) {
            Optional<String> fault = TenantEdit.missing(edited, tenant, key);
            if (fault.isPresent()) {
                Problems problems = new Problems();
                problems.addOfFile(fault.get());
                throw problems.asException(sourceName);
            }
            edited = TenantEdit.without(edited, tenant, key);
        }
        byte[] content = edited.text().getBytes(StandardCharsets.UTF_8);
        PolicySet after = PolicyParser.parse(sourceName, content, underneath);
        return new TenantEdit(edited.text(), before, after, false);
    }

    /** Returns the JSON text for a value of the command line; the parser then checks it. */
    private static String json(String key, String value) {
        boolean list =
                Limit.ofKey(key).filter(limit -> limit.minimum() instanceof Allowed).isPresent();
        if (list) {
            return Arrays.stream(value.split(",", -1))
                    .map(String::strip)
                    .filter(_ -> !value.isBlank())
                    .map(JsonDocument::quote)
                    .collect(Collectors.joining(", ", "[", "]"));
        }
        boolean text =
                key.equals(Keys.CLASS) || key.equals(Keys.TENANT) || key.equals(Keys.COMMENT);
        return !text && WITHOUT_QUOTES.matcher(value).matches() ? value : JsonDocument.quote(value);
    }
}
