/** Groups of options that several commands share, one class each. */
@NullMarked
package clamd.vproxy.supervisor.commands.options;

import org.jspecify.annotations.NullMarked;
