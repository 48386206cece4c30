/** The daemon's command: starts the supervisor and stops it at a signal. */
@NullMarked
package clamd.vproxy.supervisor.commands.run;

import org.jspecify.annotations.NullMarked;
