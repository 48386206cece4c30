/** The qemu hook script, and how it gets to where libvirt runs it. */
@NullMarked
package clamd.vproxy.hooks.install;

import org.jspecify.annotations.NullMarked;
