package clamd.vproxy.supervisor.sources.libvirt;

/** Opens connections to libvirt. Thread-safe. */
public interface LibvirtClient {
    /**
     * Opens a connection and has its events reported. May block for as long as libvirt's daemon
     * hangs.
     *
     * @param uri the connect URI, such as {@code qemu:///system}
     * @param listener receives the events, from before this returns until the connection is closed
     *     and perhaps shortly after
     * @throws LibvirtCallException if libvirt cannot be reached or refuses
     */
    LibvirtConnection open(String uri, LibvirtListener listener) throws LibvirtCallException;
}
