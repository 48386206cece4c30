package clamd.vproxy.policies;

import clamd.vproxy.policies.Node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/**
 * A policy file in which one tenant's entry is changed, checked but not yet written. Immutable.
 *
 * @param text the whole new file
 * @param before the policies of the file without the change
 * @param after the policies of the file with the change
 * @param inserted whether the tenant had no entry before
 */
public record TenantEdit(String text, PolicySet before, PolicySet after, boolean inserted) {

    /** Returns the new file's bytes. */
    public byte[] content() {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static boolean isNew(JsonDocument file, String tenant) {
        return entry(file, tenant).isEmpty();
    }

    /** Returns the file with the entry changed and everything around it as it was. */
    static JsonDocument edited(
            JsonDocument file, String tenant, SequencedMap<String, String> wished) {
        Optional<ObjectNode> entry = entry(file, tenant);
        if (entry.isPresent() && !entry.get().members().isEmpty()) {
            JsonDocument edited = file;
            for (Map.Entry<String, String> each : wished.entrySet()) {
                ObjectNode now = entry(edited, tenant).orElseThrow();
                edited = edited.set(now, each.getKey(), each.getValue());
            }
            return edited;
        }
        String json = file.layout(file.root()).onOneLine().object(wished);
        Optional<ObjectNode> tenants = tenants(file).filter(all -> !all.members().isEmpty());
        return tenants.isPresent()
                ? file.set(tenants.get(), tenant, json)
                : file.setOnlyMember(Keys.TENANTS, tenant, json);
    }

    /** Returns why the key cannot be removed from the tenant's entry; empty if it can. */
    static Optional<String> missing(JsonDocument file, String tenant, String key) {
        Optional<ObjectNode> entry = entry(file, tenant);
        if (entry.isEmpty()) {
            return Optional.of(
                    "there is no entry " + Wording.quote(tenant) + " in tenants to unset");
        }
        Set<String> known = entry.get().members().keySet();
        return known.contains(key)
                ? Optional.empty()
                : Optional.of(
                        "there is no "
                                + Wording.quote(key)
                                + " to unset"
                                + Wording.guess(key, known));
    }

    static JsonDocument without(JsonDocument file, String tenant, String key) {
        return file.remove(entry(file, tenant).orElseThrow(), key);
    }

    private static Optional<ObjectNode> tenants(JsonDocument file) {
        return Values.member(file.root(), Keys.TENANTS).map(ObjectNode.class::cast);
    }

    private static Optional<ObjectNode> entry(JsonDocument file, String tenant) {
        return tenants(file).flatMap(all -> Values.member(all, tenant)).map(ObjectNode.class::cast);
    }
}
