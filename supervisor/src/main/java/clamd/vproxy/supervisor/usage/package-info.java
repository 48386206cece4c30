/** What each guest uses in a day, kept over a restart in a small file. */
@NullMarked
package clamd.vproxy.supervisor.usage;

import org.jspecify.annotations.NullMarked;
