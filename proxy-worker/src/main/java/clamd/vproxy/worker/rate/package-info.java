/**
 * Limits a guest's connections per second and bytes per second by token buckets. Independent of
 * sockets and sessions.
 */
@NullMarked
package clamd.vproxy.worker.rate;

import org.jspecify.annotations.NullMarked;
