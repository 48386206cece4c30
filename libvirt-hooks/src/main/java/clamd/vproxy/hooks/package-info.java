/** What libvirt says about a domain outside its API: the domain XML and the qemu hook. */
@NullMarked
package clamd.vproxy.hooks;

import org.jspecify.annotations.NullMarked;
