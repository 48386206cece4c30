/** Parts that every command needs: exit codes, failures, version, logging and signals. */
@NullMarked
package clamd.vproxy.supervisor.commands.common;

import org.jspecify.annotations.NullMarked;
