/**
 * What a guest, or a tenant, uses in one day of the host's calendar: bytes of file data and scans.
 * {@code DailyQuota} in {@code worker.session} enforces the limits. Knows nothing of sockets and
 * sessions, nor of where it is kept over a restart.
 */
@NullMarked
package clamd.vproxy.worker.daily;

import org.jspecify.annotations.NullMarked;
