package clamd.vproxy.worker.session;

import clamd.vproxy.policies.Command;
import java.time.Duration;
import java.util.Optional;

/**
 * An open session at one moment. Immutable.
 *
 * @param session its number, unique within the process
 * @param command what it was asked; empty until that is known
 * @param step what it is at
 * @param inStep for how long it has been at that
 * @param age for how long there has been a connection
 * @param idle how long ago the guest was last heard of
 * @param streamBytes bytes of file data taken from the guest so far
 */
public record SessionView(
        long session,
        Optional<Command> command,
        SessionStep step,
        Duration inStep,
        Duration age,
        Duration idle,
        long streamBytes) {

    /**
     * Of a connection whose turn has not come.
     *
     * @param nowNanos on the clock by which it was accepted
     */
    public static SessionView waiting(Arrival arrival, long nowNanos) {
        Duration age = Duration.ofNanos(nowNanos - arrival.acceptedNanos());
        return new SessionView(
                arrival.number(), Optional.empty(), SessionStep.QUEUE, age, age, age, 0);
    }
}
