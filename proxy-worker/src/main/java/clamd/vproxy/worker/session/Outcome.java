package clamd.vproxy.worker.session;

import clamd.vproxy.worker.protocol.Reply;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a request ended. Immutable.
 *
 * @param line the line for the guest, without terminator; empty if the guest gets none
 * @param signature the name that clamd reported as found
 * @param detail additional text for the log; never contains a guest's bytes
 */
record Outcome(
        Termination termination,
        Verdict verdict,
        Optional<String> line,
        Optional<String> signature,
        Optional<String> detail) {
    private static final Logger log = LoggerFactory.getLogger(Outcome.class);

    /** Creates the outcome of a request that clamd did not answer. */
    static Outcome of(Termination termination, Optional<String> detail) {
        return new Outcome(
                termination,
                termination.verdict(),
                termination.guestText(),
                Optional.empty(),
                detail);
    }

    /** Creates the outcome of a request that was answered with this line. */
    static Outcome answered(Verdict verdict, String line) {
        return new Outcome(
                Termination.COMPLETED,
                verdict,
                Optional.of(line),
                Optional.empty(),
                Optional.empty());
    }

    /** Creates the outcome of a request from clamd's reply. */
    static Outcome of(Reply reply) {
        return switch (reply) {
            case Reply.Pong() -> answered(Verdict.ANSWERED, "PONG");
            case Reply.Version(String text) -> answered(Verdict.ANSWERED, text);
            case Reply.Clean() -> answered(Verdict.CLEAN, "stream: OK");
            case Reply.Infected(String signature) ->
                    new Outcome(
                            Termination.COMPLETED,
                            Verdict.ofFound(signature),
                            Optional.of("stream: " + signature + " FOUND"),
                            Optional.of(signature),
                            Optional.empty());
            case Reply.Failed(String text) ->
                    new Outcome(
                            Termination.COMPLETED,
                            Verdict.ERROR,
                            Optional.of(FailureText.forGuest(text)),
                            Optional.empty(),
                            Optional.of("clamd: " + text));
            case Reply.Malformed(String reason) ->
                    of(Termination.CLAMD_REPLY_MALFORMED, Optional.of(reason));
        };
    }

    /**
     * Creates the outcome of a request that the policy refuses.
     *
     * @param path the command's name if the command takes a path: clients of such commands overlook
     *     an error without the colon that clamd writes after the path
     */
    static Outcome refused(Optional<String> path) {
        Outcome refused = of(Termination.COMMAND_REFUSED, Optional.empty());
        return path.map(name -> refused.saying(name + ": " + refused.line.orElseThrow()))
                .orElse(refused);
    }

    /**
     * Creates the outcome of a failure caused by a defect in the daemon, and logs the cause.
     *
     * @param what the operation that failed
     * @param session the number of its session
     */
    static Outcome defect(String what, long session, Throwable cause) {
        log.atError().addKeyValue("session", session).setCause(cause).log("{} failed", what);
        return of(Termination.INTERNAL_ERROR, Optional.of(cause.toString()));
    }

    /** Creates the outcome of an IDSESSION, whose requests have separate outcomes. */
    static Outcome sessionEnded(Optional<String> line) {
        return new Outcome(
                Termination.COMPLETED, Verdict.ANSWERED, line, Optional.empty(), Optional.empty());
    }

    /** Returns this outcome with another line for the guest. */
    private Outcome saying(String other) {
        return new Outcome(termination, verdict, Optional.of(other), signature, detail);
    }

    /** Returns this outcome with the request's number in its IDSESSION in front of the line. */
    Outcome numbered(int request) {
        return line.map(text -> saying(request + ": " + text)).orElse(this);
    }

    /** Returns this outcome for a guest that did not accept its line. */
    Outcome withGuestGone() {
        return termination == Termination.COMPLETED
                ? new Outcome(Termination.GUEST_LEFT, verdict, line, signature, detail)
                : this;
    }
}
