/** What libvirt says of a domain in XML. */
@NullMarked
package clamd.vproxy.hooks;

import org.jspecify.annotations.NullMarked;
