package clamd.vproxy.policies;

import clamd.vproxy.policies.Node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A policy file with one tenant's entry changed, checked but not yet written. Immutable.
 *
 * @param text the whole new file
 * @param before what the file says without the change
 * @param after what it says with it
 * @param inserted whether the tenant had no entry before
 */
public record TenantEdit(String text, PolicySet before, PolicySet after, boolean inserted) {

    /** The new file's bytes. */
    public byte[] content() {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static boolean isNew(JsonDocument file, String tenant) {
        return entry(file, tenant).isEmpty();
    }

    /** Everything around the entry stays as it is. */
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

    private static Optional<ObjectNode> tenants(JsonDocument file) {
        return Values.member(file.root(), Keys.TENANTS).map(ObjectNode.class::cast);
    }

    private static Optional<ObjectNode> entry(JsonDocument file, String tenant) {
        return tenants(file).flatMap(all -> Values.member(all, tenant)).map(ObjectNode.class::cast);
    }
}
