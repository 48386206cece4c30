package clamd.vproxy.worker.session;

import clamd.vproxy.worker.net.StreamSocket;

/**
 * A connection accepted from a guest. Immutable.
 *
 * @param number the number of its session, unique within the process
 * @param socket owned by the thread that serves or refuses it
 * @param acceptedNanos when it was accepted, on the monotonic clock
 * @param connections the guest's connections in service and waiting at that time, this one included
 * @param tenantConnections the tenant's connections in service and waiting at that time, this one
 *     included
 */
public record Arrival(
        long number,
        StreamSocket socket,
        long acceptedNanos,
        int connections,
        int tenantConnections) {}
