/** The shapes of a log line, and where it goes. */
@NullMarked
package clamd.vproxy.supervisor.logging;

import org.jspecify.annotations.NullMarked;
