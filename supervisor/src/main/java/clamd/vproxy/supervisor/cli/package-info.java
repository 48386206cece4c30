/** The command line: options, commands, exit codes. */
@NullMarked
package clamd.vproxy.supervisor.cli;

import org.jspecify.annotations.NullMarked;
