/** What the packages say of themselves: version, changelog, copyright. */
@NullMarked
package clamd.vproxy.supervisor.packages;

import org.jspecify.annotations.NullMarked;
