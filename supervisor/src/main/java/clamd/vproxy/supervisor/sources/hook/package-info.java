/** Hears from libvirt's qemu hook which guests start and stop, and answers it. */
@NullMarked
package clamd.vproxy.supervisor.sources.hook;

import org.jspecify.annotations.NullMarked;
