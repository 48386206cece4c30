/** Follows libvirt's domains and keeps the guest registry up to date with them. */
@NullMarked
package clamd.vproxy.supervisor.sources.libvirt;

import org.jspecify.annotations.NullMarked;
