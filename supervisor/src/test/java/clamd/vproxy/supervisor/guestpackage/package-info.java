/** The programs that a guest installs, run against the daemon and its stand-ins. */
@NullMarked
package clamd.vproxy.supervisor.guestpackage;

import org.jspecify.annotations.NullMarked;
