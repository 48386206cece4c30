/**
 * Scenarios on a real virtualization host: libvirtd, QEMU guests, clamd and the installed
 * supervisor under systemd, inside a VM that {@code src/it/nested-host/boot-host} boots. They are
 * no part of {@code mvn verify}, since no class here is named as a test; {@code
 * src/it/nested-host/libvirt-host} runs them.
 */
@NullMarked
package clamd.vproxy.supervisor.nestedhost;

import org.jspecify.annotations.NullMarked;
