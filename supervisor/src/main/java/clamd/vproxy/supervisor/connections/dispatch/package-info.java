/**
 * From an accepted connection to the worker of the guest that it belongs to, and from an ended
 * session to the log and its other observers. Without libvirt, {@code CidGuests} makes each CID
 * that connects a guest.
 */
@NullMarked
package clamd.vproxy.supervisor.connections.dispatch;

import org.jspecify.annotations.NullMarked;
