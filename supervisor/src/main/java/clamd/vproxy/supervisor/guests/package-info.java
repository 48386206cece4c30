/**
 * Keeps the running guests, and which of them owns which CID. Three sources report guests:
 * libvirt's connection, its hook, and, on a host without libvirt, the connections themselves.
 */
@NullMarked
package clamd.vproxy.supervisor.guests;

import org.jspecify.annotations.NullMarked;
