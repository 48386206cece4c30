package clamd.vproxy.supervisor.sources.libvirt;

/** Says in one line what libvirt could not do. */
public final class LibvirtCallException extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * A failure with its cause.
     *
     * @param message one line
     * @param cause what the binding threw
     */
    public LibvirtCallException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * A failure of our own finding.
     *
     * @param message one line
     */
    public LibvirtCallException(String message) {
        super(message);
    }
}
