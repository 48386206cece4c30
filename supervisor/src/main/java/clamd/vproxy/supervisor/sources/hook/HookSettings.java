package clamd.vproxy.supervisor.sources.hook;

import java.nio.file.Path;

/**
 * Where the hook's script leaves its requests. Immutable.
 *
 * @param folder the spool folder, an absolute path
 * @param required whether to refuse a start without it; otherwise guests are learnt from libvirt
 *     alone then
 */
public record HookSettings(Path folder, boolean required) {}
