/**
 * Bounds the bytes of open uploads in clamd's temporary directory, and pauses uploads before the
 * directory is full. Independent of sockets and sessions.
 */
@NullMarked
package clamd.vproxy.worker.spool;

import org.jspecify.annotations.NullMarked;
