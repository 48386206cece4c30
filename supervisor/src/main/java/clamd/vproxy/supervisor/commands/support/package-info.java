/** The support bundle: what somebody needs who is asked for help. */
@NullMarked
package clamd.vproxy.supervisor.commands.support;

import org.jspecify.annotations.NullMarked;
