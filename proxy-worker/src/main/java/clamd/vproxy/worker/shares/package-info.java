/**
 * Bounds and divides the host's shared resources among tenants, and each tenant's part among its
 * guests. Independent of sockets and sessions.
 */
@NullMarked
package clamd.vproxy.worker.shares;

import org.jspecify.annotations.NullMarked;
