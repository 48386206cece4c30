/** {@code hook}: installs, verifies and removes libvirt's qemu hook. */
@NullMarked
package clamd.vproxy.supervisor.commands.hook;

import org.jspecify.annotations.NullMarked;
