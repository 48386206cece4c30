package clamd.vproxy.supervisor.sources.libvirt;

import clamd.vproxy.supervisor.base.threads.Loop;
import org.libvirt.LibvirtException;

/** Connects to libvirt, read-only, through its Java binding. Thread-safe. */
public final class NativeLibvirt implements LibvirtClient {
    private NativeLibvirt() {}

    /**
     * Loads libvirt's library and starts its event loop, once per process.
     *
     * @throws LibvirtCallException if the library is missing, with what to install
     */
    public static NativeLibvirt load() throws LibvirtCallException {
        LibvirtEventLoop.start();
        return new NativeLibvirt();
    }

    /** Returns the loop that receives the events of all connections. */
    public Loop eventLoop() {
        return LibvirtEventLoop.loop();
    }

    @Override
    public LibvirtConnection open(String uri, LibvirtListener listener)
            throws LibvirtCallException {
        try {
            return NativeConnection.open(uri, listener);
        } catch (LibvirtException e) {
            throw new LibvirtCallException(OneLine.of(e), e);
        } catch (LinkageError e) {
            throw LibvirtEventLoop.notLoaded(e);
        }
    }
}
