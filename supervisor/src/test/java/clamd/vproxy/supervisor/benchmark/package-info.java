/** Programs that measure the daemon as a whole; not part of the test run. */
@NullMarked
package clamd.vproxy.supervisor.benchmark;

import org.jspecify.annotations.NullMarked;
