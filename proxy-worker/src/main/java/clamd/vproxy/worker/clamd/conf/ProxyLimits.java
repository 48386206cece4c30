package clamd.vproxy.worker.clamd.conf;

import java.time.Duration;

/**
 * The most that our configuration allows, over the host and over all policies: what {@link
 * LimitsAlignment} holds against clamd.conf. Immutable.
 *
 * @param hostOpenUploads streams that may be open towards clamd at the same time, all guests
 *     together
 * @param hostOpenRequests PING and VERSION commands that may be open towards clamd besides them
 * @param scanSlots streams that clamd may be scanning for us at the same time
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
