package clamd.vproxy.worker.clamd.conf;

import java.time.Duration;

/**
 * The most that the daemon's configuration allows, across the host and all policies. {@link
 * LimitsAlignment} compares these values with clamd.conf. Immutable.
 *
 * @param hostOpenUploads how many streams all guests together may have open at clamd at the same
 *     time
 * @param hostOpenRequests how many PING and VERSION commands may be open at clamd in addition
 * @param scanSlots how many of the daemon's streams clamd may scan at the same time
 * @param maxConnectionsPerGuest the largest connection quota of any guest
 * @param maxStreamBytes the longest stream any guest may send, in bytes
 * @param readTimeout the longest silence of a guest within a stream
 * @param streamTimeout the longest time from a stream's command to clamd's reply
 */
public record ProxyLimits(
        int hostOpenUploads,
        int hostOpenRequests,
        int scanSlots,
        int maxConnectionsPerGuest,
        long maxStreamBytes,
        Duration readTimeout,
        Duration streamTimeout) {}
