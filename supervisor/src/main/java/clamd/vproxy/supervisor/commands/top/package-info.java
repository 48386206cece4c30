/** The live view of guests: samples, rates between two of them, screens, the terminal. */
@NullMarked
package clamd.vproxy.supervisor.commands.top;

import org.jspecify.annotations.NullMarked;
