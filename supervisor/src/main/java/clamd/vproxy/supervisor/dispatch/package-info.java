/** From an accepted connection to the worker of the guest that it belongs to. */
@NullMarked
package clamd.vproxy.supervisor.dispatch;

import org.jspecify.annotations.NullMarked;
