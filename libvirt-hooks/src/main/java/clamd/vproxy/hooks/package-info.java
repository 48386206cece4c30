/**
 * Reads a domain's XML, which libvirt's connection and its qemu hook both deliver. The hook itself
 * is in {@code hooks.install}, and the folder for its requests in {@code hooks.spool}.
 */
@NullMarked
package clamd.vproxy.hooks;

import org.jspecify.annotations.NullMarked;
