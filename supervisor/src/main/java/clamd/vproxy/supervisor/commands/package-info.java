/** The command line: options, commands, exit codes. */
@NullMarked
package clamd.vproxy.supervisor.commands;

import org.jspecify.annotations.NullMarked;
