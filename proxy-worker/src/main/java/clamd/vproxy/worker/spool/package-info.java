/**
 * What open uploads hold in clamd's temporary directory, and which have to pause so that it does
 * not fill. Knows nothing of sockets and sessions.
 */
@NullMarked
package clamd.vproxy.worker.spool;

import org.jspecify.annotations.NullMarked;
