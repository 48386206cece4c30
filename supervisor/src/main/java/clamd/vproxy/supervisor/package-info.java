/** Composition of the daemon: guests from libvirt, listeners, dispatch to workers, command line. */
@NullMarked
package clamd.vproxy.supervisor;

import org.jspecify.annotations.NullMarked;
