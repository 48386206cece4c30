/**
 * Takes an accepted connection to the worker of its guest, and an ended session to the log and the
 * other observers. Without libvirt, {@code CidGuests} makes each CID that connects a guest.
 */
@NullMarked
package clamd.vproxy.supervisor.connections.dispatch;

import org.jspecify.annotations.NullMarked;
