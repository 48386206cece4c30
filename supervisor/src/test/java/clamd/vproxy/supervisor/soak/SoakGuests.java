package clamd.vproxy.supervisor.soak;

import java.util.List;
import java.util.stream.Stream;

/**
 * The guests of the soak. What is exact for some, such as that a text that was sent is heard, is
 * not for others, so each kind of session has its own. Static functions only.
 */
final class SoakGuests {
    /** Always there, and reads each reply. */
    static final List<String> SERVED = List.of("a", "b", "c", "d");

    static final List<String> IMPATIENT = List.of("impatient");
    static final List<String> OVER_QUOTA = List.of("quota");
    static final List<String> OVER_RATE = List.of("rate");
    static final List<String> DENIED = List.of("denied");

    /** Leaves before the reply. */
    static final List<String> LEAVING = List.of("leaving-1", "leaving-2");

    /** Is stopped and started at any moment. */
    static final List<String> RESTARTED = List.of("restarted-1", "restarted-2", "restarted-3");

    /** All of them; a guest's place is its CID less 3. */
    static final List<String> ALL =
            Stream.of(SERVED, IMPATIENT, OVER_QUOTA, OVER_RATE, DENIED, LEAVING, RESTARTED)
                    .flatMap(List::stream)
                    .toList();

    static final int MAX_CHUNK = 128 << 10;

    private SoakGuests() {}

    /** The order that starts a guest. */
    static String start(String guest) {
        return "start " + guest + " " + (3 + ALL.indexOf(guest));
    }

    /**
     * The policy file, under which no session of an honest guest ends otherwise, whichever of the
     * versions is in force.
     */
    static String policy(int version) {
        return """
        {"version": 1,
         "defaults": {"maxConnections": %d, "queueTimeout": "60s", "streamTimeout": "60s",
                      "maxChunkSize": "128KiB", "maxStreamSize": "%dKiB", "maxByteRate": "%dMiB"},
         "rules": [{"match": {"name": "impatient"}, "streamTimeout": "1s"},
                   {"match": {"name": "quota"}, "maxConnections": 1, "maxWaitingConnections": 0},
                   {"match": {"name": "rate"}, "maxConnectionRate": 20, "queue": false},
                   {"match": {"name": "denied"}, "deny": true}]}
        """
                .formatted(4 + version % 5, 256 + version % 3, 100 + version % 7);
    }
}
