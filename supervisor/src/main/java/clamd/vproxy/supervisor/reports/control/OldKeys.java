package clamd.vproxy.supervisor.reports.control;

import java.util.Map;

/**
 * Adds the keys that replies had before their version 2, beside the new ones, so that programs
 * which use these still work. Pure function.
 */
final class OldKeys {
    private OldKeys() {}

    /** Adds the old keys to a reply and to all objects in it. */
    static void addTo(Map<String, Object> object) {
        object.values().forEach(OldKeys::addWithin);
        copy(object, "libvirts", "libvirt");
        copy(object, "uploadPermits", "uploadPlaces");
        // a tenant has no UUID, and version 1 had no tenants
        if (object.containsKey("uuid")
                && object.get("waiting") instanceof Integer waiting
                && object.get("queued") instanceof Integer queued) {
            object.put("queueing", waiting + queued);
        }
    }

    @SuppressWarnings("unchecked") // keys of a JSON object are strings
    private static void addWithin(Object value) {
        if (value instanceof Map<?, ?> object) {
            addTo((Map<String, Object>) object);
        } else if (value instanceof Iterable<?> array) {
            array.forEach(OldKeys::addWithin);
        }
    }

    private static void copy(Map<String, Object> object, String now, String before) {
        if (object.containsKey(now)) {
            object.put(before, object.get(now));
        }
    }
}
