package clamd.vproxy.policies;

/** A clamd command that a policy may allow a guest to send; the proxy supports no others. */
public enum Command {
    /** Scans the bytes that follow it. */
    INSTREAM,
    /** Asks whether clamd is alive. */
    PING,
    /** Asks for clamd's version and the age of its signatures. */
    VERSION
}
