/** What each guest and each tenant uses in a day, kept over a restart in a small file. */
@NullMarked
package clamd.vproxy.supervisor.guests.usage;

import org.jspecify.annotations.NullMarked;
