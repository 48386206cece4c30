package clamd.vproxy.worker.session;

import clamd.vproxy.policies.Command;
import java.time.Duration;
import java.util.Optional;

/**
 * A snapshot of a session. Immutable.
 *
 * @param session the session's number, unique within the process
 * @param command the guest's command; empty until it is known
 * @param step the session's current step
 * @param inStep time since the current step began
 * @param age time since the connection was accepted
 * @param idle time since bytes last arrived from the guest
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
     * Creates the view of a waiting connection.
     *
     * @param nowNanos on the clock by which it was accepted
     */
    public static SessionView waiting(Arrival arrival, long nowNanos) {
        Duration age = Duration.ofNanos(nowNanos - arrival.acceptedNanos());
        return new SessionView(
                arrival.number(), Optional.empty(), SessionStep.QUEUE, age, age, age, 0);
    }
}
