/** What an operating system does to a daemon, done to ours in a process of its own. */
@NullMarked
package clamd.vproxy.supervisor.faults;

import org.jspecify.annotations.NullMarked;
