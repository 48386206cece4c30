/** The build version of the running program. */
@NullMarked
package clamd.vproxy.supervisor.base.version;

import org.jspecify.annotations.NullMarked;
