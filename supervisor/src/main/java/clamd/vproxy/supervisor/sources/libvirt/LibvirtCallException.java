package clamd.vproxy.supervisor.sources.libvirt;

/** Reports a failed libvirt call in one line. */
public final class LibvirtCallException extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception for a failure in the binding.
     *
     * @param message one line
     * @param cause the binding's exception
     */
    public LibvirtCallException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * Creates an exception for a failure that the supervisor itself found.
     *
     * @param message one line
     */
    public LibvirtCallException(String message) {
        super(message);
    }
}
