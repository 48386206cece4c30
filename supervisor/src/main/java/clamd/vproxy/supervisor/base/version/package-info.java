/** Which build of the program this is. */
@NullMarked
package clamd.vproxy.supervisor.base.version;

import org.jspecify.annotations.NullMarked;
