/**
 * Counts what each guest and each tenant uses in a day, and keeps the counts over a restart in a
 * small file.
 */
@NullMarked
package clamd.vproxy.supervisor.guests.usage;

import org.jspecify.annotations.NullMarked;
