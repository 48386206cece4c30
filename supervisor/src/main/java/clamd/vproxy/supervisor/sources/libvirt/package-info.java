/** Follows libvirt's domains and keeps the guest registry at what libvirt says. */
@NullMarked
package clamd.vproxy.supervisor.sources.libvirt;

import org.jspecify.annotations.NullMarked;
