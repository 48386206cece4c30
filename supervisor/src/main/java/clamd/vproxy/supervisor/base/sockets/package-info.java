/** Listening sockets: safe creation of Unix sockets, and failures to accept. */
@NullMarked
package clamd.vproxy.supervisor.base.sockets;

import org.jspecify.annotations.NullMarked;
