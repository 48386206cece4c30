/** Formats numbers, tables and failures for people. */
@NullMarked
package clamd.vproxy.supervisor.base.text;

import org.jspecify.annotations.NullMarked;
