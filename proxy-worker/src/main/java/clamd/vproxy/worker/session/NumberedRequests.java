package clamd.vproxy.worker.session;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.worker.protocol.CommandFilter;
import clamd.vproxy.worker.protocol.CommandFilter.Decision;
import clamd.vproxy.worker.protocol.Request;
import clamd.vproxy.worker.protocol.Terminator;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The requests of a guest between IDSESSION and END. clamd is not asked for a session: each request
 * has a connection of ours, as if it had come on a connection of the guest's own, and is served
 * under the policy of that moment. They are served one after the other, so replies come in order.
 *
 * <p>What is none of the allowed requests ends the session, and so does a stream that was not read
 * to its end: nobody could tell where the next request begins.
 *
 * <p>Confined to the session thread.
 */
final class NumberedRequests {
    /** More than the files of any tree that one client sends, and an end all the same. */
    static final int MOST_REQUESTS = 1_000_000;

    /** As long as the largest of trees may take. */
    static final Duration LONGEST_SESSION = Duration.ofHours(24);

    /** What a request adds to its guest's connections: itself. */
    private static final int CONNECTIONS = 1;

    private final Serving first;
    private final long number;
    private final GuestLink link;
    private final ByteBuffer scratch;
    private final Consumer<SessionMeter> current;
    private final long endNanos;
    private SessionService.Terms terms;
    private Terminator terminator;
    private int requests;

    /**
     * @param first what the request for the session was served with
     * @param number of the session
     * @param terminator of the request for the session
     * @param current is shown what measures each request while it is served
     */
    NumberedRequests(
            Serving first,
            long number,
            Terminator terminator,
            GuestLink link,
            ByteBuffer scratch,
            Consumer<SessionMeter> current) {
        this.first = first;
        this.number = number;
        this.terminator = terminator;
        this.link = link;
        this.scratch = scratch;
        this.current = current;
        this.terms = first.service().terms();
        this.endNanos = first.now() + LONGEST_SESSION.toNanos();
    }

    /**
     * Serves requests until the guest ends the session, or something else does.
     *
     * @return how the session ended, with the line that the guest was not sent yet
     */
    Outcome serve() {
        Optional<Outcome> end;
        do {
            requests++;
            end = serveNext();
        } while (end.isEmpty());
        return end.get();
    }

    /** The terminator for the line that {@link #serve} returned. */
    Terminator terminator() {
        return terminator;
    }

    private Optional<Outcome> serveNext() {
        SessionMeter idle = meter();
        idle.enter(SessionStep.COMMAND);
        current.accept(idle);
        terms = first.service().terms();
        Limits limits = terms.policy().limits();
        RequestReader reader =
                new RequestReader(
                        first.input(),
                        first.control(),
                        CommandFilter.ofSession(limits.commands()),
                        first.context().nanoClock());
        try {
            Decision decision = reader.read(scratch, limits.commandTimeout());
            terminator = reader.terminator();
            return switch (decision) {
                case Decision.Accepted(Request request, _) when request == Request.END ->
                        Optional.of(Outcome.sessionEnded(Optional.empty()));
                case Decision.Accepted(Request request, _) -> answer(request);
                case Decision.Refused(Optional<String> path, _) ->
                        last(idle, reader.attempted(), Outcome.refused(path));
                case Decision.Undecided _ -> throw new IllegalStateException("not decided");
            };
        } catch (SessionEnd end) {
            boolean guestEnded = end.outcome().termination() == Termination.NOTHING_ASKED;
            return Optional.of(
                    guestEnded
                            ? Outcome.sessionEnded(Optional.empty())
                            : end.outcome().numbered(requests));
        }
    }

    private Optional<Outcome> answer(Request request) {
        SessionMeter meter = meter();
        current.accept(meter);
        Optional<Termination> refusal = refusal();
        terms = first.service().terms();
        // the policy may have changed since the request was read
        boolean allowed = request.isCoveredBy(terms.policy().limits().commands());
        Exchange exchange = new Exchange(first.next(terms, meter), scratch);
        Outcome outcome;
        try {
            if (refusal.isPresent()) {
                throw new SessionEnd(refusal.get());
            }
            outcome = allowed ? exchange.answer(request) : Outcome.refused(Optional.empty());
        } catch (SessionEnd end) {
            outcome = end.outcome();
        } catch (RuntimeException | Error e) {
            outcome = Outcome.defect("request " + requests, number, e);
        }
        meter.enter(SessionStep.FAREWELL);
        // a stream that is refused is not read, so its bytes would be taken for requests
        boolean more =
                refusal.isEmpty()
                        && allowed
                        && exchange.isRequestRead()
                        && outcome.termination() != Termination.INTERNAL_ERROR
                        && outcome.line().isPresent()
                        && !first.control().isStopped();
        if (!more) {
            return last(meter, request.alias(), outcome);
        }
        boolean told = link.say(outcome.numbered(requests).line().get(), terminator, scratch);
        tell(meter, request.alias(), told ? outcome : outcome.withGuestGone());
        first.control().rest();
        return told ? Optional.empty() : Optional.of(Outcome.sessionEnded(Optional.empty()));
    }

    /** The outcome of a request behind which there is no other. */
    private Optional<Outcome> last(SessionMeter meter, String asked, Outcome outcome) {
        tell(meter, asked, outcome);
        return Optional.of(Outcome.sessionEnded(outcome.numbered(requests).line()));
    }

    private void tell(SessionMeter meter, String asked, Outcome outcome) {
        first.service()
                .requestEnded(
                        terms.policy(),
                        meter.result(
                                terms.share(), requests, asked, CONNECTIONS, CONNECTIONS, outcome));
    }

    private Optional<Termination> refusal() {
        if (requests > MOST_REQUESTS || first.now() - endNanos >= 0) {
            return Optional.of(Termination.SESSION_LIMIT);
        }
        // the first request has had its turn with the connection
        return requests > 1 ? first.service().awaitTurn() : Optional.empty();
    }

    private SessionMeter meter() {
        return new SessionMeter(number, first.now(), first.context().nanoClock());
    }
}
