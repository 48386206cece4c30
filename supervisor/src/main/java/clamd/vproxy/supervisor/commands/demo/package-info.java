/** A real clamd and three made-up guests, for the demo command and the integration tests. */
@NullMarked
package clamd.vproxy.supervisor.commands.demo;

import org.jspecify.annotations.NullMarked;
