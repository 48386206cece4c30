/** Numbers and tables for people, values for a log line. */
@NullMarked
package clamd.vproxy.supervisor.text;

import org.jspecify.annotations.NullMarked;
