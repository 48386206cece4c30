/** The entry point: the command line with all its commands, each in a package of its own. */
@NullMarked
package clamd.vproxy.supervisor.commands;

import org.jspecify.annotations.NullMarked;
