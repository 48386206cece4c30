/** Numbers and tables for people, values for a log line. */
@NullMarked
package clamd.vproxy.supervisor.base.text;

import org.jspecify.annotations.NullMarked;
