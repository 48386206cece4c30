package clamd.vproxy.supervisor.sources.libvirt;

import java.util.UUID;

/**
 * Receives libvirt's events, on its event thread or on the thread that notices the loss of the
 * connection.
 *
 * <p>Methods must return at once and make no libvirt call: such a call waits for the domain's
 * hooks, and delays every other event.
 */
public interface LibvirtListener {
    /** Called when a domain may have changed; the listener must read the domain again. */
    void touched(UUID uuid);

    /**
     * Called when the connection is lost for good.
     *
     * @param reason one line
     */
    void lost(String reason);
}
