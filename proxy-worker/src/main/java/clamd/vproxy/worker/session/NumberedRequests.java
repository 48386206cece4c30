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
 * Serves the requests of a guest between IDSESSION and END. The daemon does not open an IDSESSION
 * with clamd: it opens one connection to clamd for each request, as if the request had arrived on a
 * separate guest connection, and applies the policy in force at that moment. Requests are served
 * one after the other, so replies are in order.
 *
 * <p>A request that is not allowed ends the session. So does a stream that was not read to its end,
 * because the beginning of the next request is then unknown.
 *
 * <p>Confined to the session thread.
 */
final class NumberedRequests {
    /** The most requests of a session: more than the files of any tree that a client sends. */
    static final int MOST_REQUESTS = 1_000_000;

    /** The longest time that a session may take, enough for the largest tree of files. */
    static final Duration LONGEST_SESSION = Duration.ofHours(24);

    /** The number of connections for which a request counts. */
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
     * @param first the environment of the IDSESSION request
     * @param number of the session
     * @param terminator the terminator of the IDSESSION request
     * @param current receives the meter of each request before the request is served
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
     * Serves requests until the session ends.
     *
     * @return how the session ended, with the last line, which is still to be sent
     */
    Outcome serve() {
        Optional<Outcome> end;
        do {
            requests++;
            end = serveNext();
        } while (end.isEmpty());
        return end.get();
    }

    /** Returns the terminator for the line that {@link #serve} returned. */
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
        // a refused stream is not read, so its bytes would be parsed as requests
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

    /** Reports the last request, and returns its outcome as that of the session. */
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
        // the first request was admitted together with the connection
        return requests > 1 ? first.service().awaitTurn() : Optional.empty();
    }

    private SessionMeter meter() {
        return new SessionMeter(number, first.now(), first.context().nanoClock());
    }
}
