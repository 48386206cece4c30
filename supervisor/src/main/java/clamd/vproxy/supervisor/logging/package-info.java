/** The shapes that log lines have on standard error. */
@NullMarked
package clamd.vproxy.supervisor.logging;

import org.jspecify.annotations.NullMarked;
