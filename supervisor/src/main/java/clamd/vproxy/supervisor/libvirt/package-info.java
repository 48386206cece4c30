/** Follows libvirt's domains and keeps the guest registry at what libvirt says. */
@NullMarked
package clamd.vproxy.supervisor.libvirt;

import org.jspecify.annotations.NullMarked;
