package clamd.vproxy.worker;

import java.time.Duration;

/**
 * The connections of one guest at one moment, those that are being refused not counted. Immutable.
 *
 * @param inService those that have a thread
 * @param waiting those that wait for the quota or the connection rate, or because of a pause
 * @param longestWait for how long the first of these has waited; 0 if there is none
 */
public record ConnectionCount(int inService, int waiting, Duration longestWait) {
    /** Of a guest that has not connected yet. */
    public static final ConnectionCount NONE = new ConnectionCount(0, 0, Duration.ZERO);
}
