package clamd.vproxy.supervisor.reports.control;

import java.util.Map;

/**
 * The keys that replies had before their version 2, beside the new ones, so that programs which ask
 * for these go on working. Pure function.
 */
final class OldKeys {
    private OldKeys() {}

    /** Adds the old keys to a reply and to all objects in it. */
    static void addTo(Map<String, Object> object) {
        object.values().forEach(OldKeys::addWithin);
        copy(object, "libvirts", "libvirt");
        copy(object, "uploadPermits", "uploadPlaces");
        // a tenant has no UUID, and was in no reply of version 1
        if (object.containsKey("uuid")
                && object.get("waiting") instanceof Integer waiting
                && object.get("queued") instanceof Integer queued) {
            object.put("queueing", waiting + queued);
        }
    }

    @SuppressWarnings("unchecked") // keys of a JSON object are texts
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
