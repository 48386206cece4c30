/** {@code check}: compares the configured limits with clamd's own. */
@NullMarked
package clamd.vproxy.supervisor.commands.check;

import org.jspecify.annotations.NullMarked;
