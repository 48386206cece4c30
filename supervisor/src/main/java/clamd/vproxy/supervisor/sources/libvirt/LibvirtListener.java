package clamd.vproxy.supervisor.sources.libvirt;

import java.util.UUID;

/**
 * Hears what libvirt reports on its event thread, or on whichever thread notices the loss of the
 * connection.
 *
 * <p>Must return at once and make no libvirt call: a call waits for the domain's hooks, and every
 * other event with it.
 */
public interface LibvirtListener {
    /** Something became of a domain; only reading it again tells what is true now. */
    void touched(UUID uuid);

    /**
     * The connection is gone for good.
     *
     * @param reason one line
     */
    void lost(String reason);
}
