package clamd.vproxy.worker;

/**
 * The connections of one guest at one moment, those that are being refused not counted. Immutable.
 *
 * @param inService those that have a thread
 * @param waiting those that wait for the quota or the connection rate, or because of a pause
 */
public record ConnectionCount(int inService, int waiting) {}
