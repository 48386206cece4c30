/** Takes the starts and stops of guests from libvirt's qemu hook, and answers it. */
@NullMarked
package clamd.vproxy.supervisor.sources.hook;

import org.jspecify.annotations.NullMarked;
