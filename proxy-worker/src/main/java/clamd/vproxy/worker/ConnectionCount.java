package clamd.vproxy.worker;

/**
 * The numbers of connections of one guest, without those that are being refused. Immutable.
 *
 * @param inService connections in service
 * @param waiting connections that wait for the quota or the connection rate, or because of a pause
 */
public record ConnectionCount(int inService, int waiting) {}
