/**
 * Reports to systemd over {@code $NOTIFY_SOCKET} (sd_notify(3)): when guests are served, the status
 * line, and that the daemon's loops run. Without the variable, nothing is sent and no thread runs.
 *
 * <p>The watchdog monitors the loops that would leave guests unserved if they hung: those that
 * accept connections, watch deadlines, and follow libvirt. It does not monitor the reading of the
 * policy file: if the storage under it hangs, the policies stay in force, and a restart would take
 * the scanner away.
 */
@NullMarked
package clamd.vproxy.supervisor.daemon.systemd;

import org.jspecify.annotations.NullMarked;
