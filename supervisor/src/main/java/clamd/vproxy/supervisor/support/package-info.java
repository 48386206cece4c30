/** The support bundle: what somebody needs who is asked for help. */
@NullMarked
package clamd.vproxy.supervisor.support;

import org.jspecify.annotations.NullMarked;
