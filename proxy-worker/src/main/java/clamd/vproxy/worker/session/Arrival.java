package clamd.vproxy.worker.session;

import clamd.vproxy.worker.net.StreamSocket;

/**
 * A connection as it came from a guest. Immutable.
 *
 * @param number the number of its session, unique within the process
 * @param socket owned by the thread that serves or refuses it
 * @param acceptedNanos when it was accepted, on the monotonic clock
 * @param connections how many its guest had in service and waiting then, itself included
 * @param tenantConnections how many its tenant had, itself included
 */
public record Arrival(
        long number,
        StreamSocket socket,
        long acceptedNanos,
        int connections,
        int tenantConnections) {}
