/**
 * Counts the bytes of file data and the scans that a guest, or a tenant, uses in one day of the
 * host's calendar. {@code DailyQuota} in {@code worker.session} enforces the limits. Independent of
 * sockets, sessions and the storage that keeps the counts over a restart.
 */
@NullMarked
package clamd.vproxy.worker.daily;

import org.jspecify.annotations.NullMarked;
