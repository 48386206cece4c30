package clamd.vproxy.policies;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * The policy of one guest, complete, with the reason for each part of it. Immutable.
 *
 * @param limits what the guest may use; of a denied guest no connection and no command, so that
 *     even a caller who forgets to ask {@code denied} serves nothing
 * @param denied whether the guest is refused altogether
 * @param origin the rule that decided
 * @param sources for every limit where its value came from
 */
public record GuestPolicy(
        Limits limits, boolean denied, RuleOrigin origin, Map<Limit, LimitSource> sources) {

    /**
     * Copies the sources.
     *
     * @throws IllegalArgumentException if a limit has no source
     */
    public GuestPolicy {
        sources = Collections.unmodifiableMap(new EnumMap<>(sources));
        if (sources.size() != Limit.values().length) {
            throw new IllegalArgumentException(
                    "limits without a source, these have one: " + sources.keySet());
        }
    }
}
