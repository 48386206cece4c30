/** The one place that creates threads and the one that reads the time. */
@NullMarked
package clamd.vproxy.supervisor.base.threads;

import org.jspecify.annotations.NullMarked;
