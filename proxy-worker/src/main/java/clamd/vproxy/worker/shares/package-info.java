/**
 * What guests share of the things that the host has once, bounded and divided along one tree: host,
 * tenant, guest. Knows nothing of sockets and sessions.
 */
@NullMarked
package clamd.vproxy.worker.shares;

import org.jspecify.annotations.NullMarked;
