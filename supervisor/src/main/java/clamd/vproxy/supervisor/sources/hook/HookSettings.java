package clamd.vproxy.supervisor.sources.hook;

import java.nio.file.Path;

/**
 * The settings of libvirt's qemu hook. Immutable.
 *
 * @param folder the spool folder for the script's requests, an absolute path
 * @param required whether the daemon refuses to start without the folder; otherwise it then learns
 *     of guests from libvirt alone
 */
public record HookSettings(Path folder, boolean required) {}
