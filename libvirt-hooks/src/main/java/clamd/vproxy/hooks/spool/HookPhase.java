package clamd.vproxy.hooks.spool;

import java.util.Optional;
import java.util.stream.Stream;

/** The phases of a domain that the script reports. Immutable. */
public enum HookPhase {
    /** The domain has its CID and does not run yet; the script waits for an answer. */
    START("start", "begin"),
    /** libvirtd was restarted and found the domain running. */
    RECONNECT("reconnect", "begin"),
    /** The domain's process is gone and its CID free. */
    STOPPED("stopped", "end");

    private final String operation;
    private final String subOperation;

    HookPhase(String operation, String subOperation) {
        this.operation = operation;
        this.subOperation = subOperation;
    }

    static Optional<HookPhase> of(String operation, String subOperation) {
        return Stream.of(values())
                .filter(phase ->
                        phase.operation.equals(operation)
                                && phase.subOperation.equals(subOperation))
                .findFirst();
    }

    /** Returns the phase as libvirt calls it, such as {@code start begin}. */
    @Override
    public String toString() {
        return operation + " " + subOperation;
    }
}
