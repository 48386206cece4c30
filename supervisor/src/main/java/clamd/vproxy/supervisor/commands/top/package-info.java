/** The live view of guests: samples, rates between two samples, screens, the terminal. */
@NullMarked
package clamd.vproxy.supervisor.commands.top;

import org.jspecify.annotations.NullMarked;
