/** Connected stream sockets, whatever their address family. */
@NullMarked
package clamd.vproxy.worker.net;

import org.jspecify.annotations.NullMarked;
