/**
 * What a guest uses in one day of the host's calendar: bytes of file data and scans. Knows nothing
 * of sockets and sessions, nor of where it is kept over a restart.
 */
@NullMarked
package clamd.vproxy.worker.daily;

import org.jspecify.annotations.NullMarked;
