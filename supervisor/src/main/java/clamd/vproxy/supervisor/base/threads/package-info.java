/** The one place where threads are made and the one where time is read. */
@NullMarked
package clamd.vproxy.supervisor.base.threads;

import org.jspecify.annotations.NullMarked;
