/** {@code support-bundle}: collects diagnostics into an archive. */
@NullMarked
package clamd.vproxy.supervisor.commands.support;

import org.jspecify.annotations.NullMarked;
