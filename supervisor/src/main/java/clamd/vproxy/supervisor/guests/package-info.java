/** Which guests run and which of them owns which CID, whatever tells us so. */
@NullMarked
package clamd.vproxy.supervisor.guests;

import org.jspecify.annotations.NullMarked;
