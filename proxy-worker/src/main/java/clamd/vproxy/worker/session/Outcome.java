package clamd.vproxy.worker.session;

import clamd.vproxy.worker.protocol.Reply;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a request ended. Immutable.
 *
 * @param line what the guest is sent, without terminator; empty if it is sent nothing
 * @param signature what clamd found
 * @param detail more for the log; never bytes of a guest
 */
record Outcome(
        Termination termination,
        Verdict verdict,
        Optional<String> line,
        Optional<String> signature,
        Optional<String> detail) {
    private static final Logger log = LoggerFactory.getLogger(Outcome.class);

    /** Of a request that clamd did not answer. */
    static Outcome of(Termination termination, Optional<String> detail) {
        return new Outcome(
                termination,
                termination.verdict(),
                termination.guestText(),
                Optional.empty(),
                detail);
    }

    /** Of a request that was answered with this line. */
    static Outcome answered(Verdict verdict, String line) {
        return new Outcome(
                Termination.COMPLETED,
                verdict,
                Optional.of(line),
                Optional.empty(),
                Optional.empty());
    }

    /** Of a request that clamd replied to. */
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
     * Of a request that the guest may not make.
     *
     * @param path the command's name if it is one that takes a path: the clients of those overlook
     *     an error without the colon that clamd puts behind the path
     */
    static Outcome refused(Optional<String> path) {
        Outcome refused = of(Termination.COMMAND_REFUSED, Optional.empty());
        return path.map(name -> refused.saying(name + ": " + refused.line.orElseThrow()))
                .orElse(refused);
    }

    /**
     * Of what failed for a defect of ours, which the log shows.
     *
     * @param what failed
     * @param session the number of its session
     */
    static Outcome defect(String what, long session, Throwable cause) {
        log.atError().addKeyValue("session", session).setCause(cause).log("{} failed", what);
        return of(Termination.INTERNAL_ERROR, Optional.of(cause.toString()));
    }

    /** Of an IDSESSION whose requests have outcomes of their own. */
    static Outcome sessionEnded(Optional<String> line) {
        return new Outcome(
                Termination.COMPLETED, Verdict.ANSWERED, line, Optional.empty(), Optional.empty());
    }

    /** As this one, with another line for the guest. */
    private Outcome saying(String other) {
        return new Outcome(termination, verdict, Optional.of(other), signature, detail);
    }

    /** As this one, with the number of its request in an IDSESSION before the line. */
    Outcome numbered(int request) {
        return line.map(text -> saying(request + ": " + text)).orElse(this);
    }

    /** As this one, but the guest did not take its line. */
    Outcome withGuestGone() {
        return termination == Termination.COMPLETED
                ? new Outcome(Termination.GUEST_LEFT, verdict, line, signature, detail)
                : this;
    }
}
