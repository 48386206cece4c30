/** The qemu hook script, its installation and the checks of it. */
@NullMarked
package clamd.vproxy.hooks.install;

import org.jspecify.annotations.NullMarked;
