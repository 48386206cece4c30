/**
 * Reports to systemd over {@code $NOTIFY_SOCKET} (sd_notify(3)): when guests are served, how it
 * stands, and that the daemon's loops turn. Without the variable nothing is sent and no thread
 * runs.
 *
 * <p>Watched are the loops that would leave guests unserved if they hung: those that accept, that
 * watch deadlines, and that follow libvirt. Not watched is the look at the policy file: where the
 * storage under it hangs, the policies in force stay so, and a restart would take the scanner away.
 */
@NullMarked
package clamd.vproxy.supervisor.daemon.systemd;

import org.jspecify.annotations.NullMarked;
