package clamd.vproxy.supervisor.connections.listen;

/**
 * An address at which guests connect. Immutable.
 *
 * @param address such as {@code vsock 2:3400}, or the template of the guests' Unix sockets
 * @param sockets how many sockets listen there
 * @param handedOver how many of them were open before this daemon started: systemd handed them
 *     over, with the connections in their backlogs
 * @param kept whether connections wait there while the daemon restarts
 */
public record ListenerStatus(String address, int sockets, int handedOver, boolean kept) {}
