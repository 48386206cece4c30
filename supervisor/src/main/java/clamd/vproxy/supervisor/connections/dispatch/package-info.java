/** From an accepted connection to the worker of the guest that it belongs to. */
@NullMarked
package clamd.vproxy.supervisor.connections.dispatch;

import org.jspecify.annotations.NullMarked;
