/**
 * How fast a guest may be: connections per second and bytes per second, as token buckets. Knows
 * nothing of sockets and sessions.
 */
@NullMarked
package clamd.vproxy.worker.rate;

import org.jspecify.annotations.NullMarked;
