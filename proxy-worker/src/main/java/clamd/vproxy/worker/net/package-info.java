/** Connected stream sockets of any address family. */
@NullMarked
package clamd.vproxy.worker.net;

import org.jspecify.annotations.NullMarked;
