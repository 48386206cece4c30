/** The folder in which the qemu hook's script leaves requests for the supervisor. */
@NullMarked
package clamd.vproxy.hooks.spool;

import org.jspecify.annotations.NullMarked;
