package clamd.vproxy.worker.session;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.worker.net.StreamSocket;
import clamd.vproxy.worker.protocol.CommandFilter;
import clamd.vproxy.worker.protocol.CommandFilter.Decision;
import clamd.vproxy.worker.protocol.Request;
import clamd.vproxy.worker.protocol.Terminator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/**
 * One guest connection: one request, one reply, one result.
 *
 * <pre>
 *   read request ─┬─ refused ────────────────────────────────┐
 *                 ├─ PING, VERSION ── permit ── clamd ─ reply ┤
 *                 ├─ INSTREAM ── StreamRelay ────────── reply ┤
 *                 └─ IDSESSION ── NumberedRequests ── replies ┤
 *                                                             └─ last line ── linger ── close
 * </pre>
 *
 * <p>Confined to the thread that calls {@link #run}, but for {@link #stop}, {@link #stopIfIdle} and
 * {@link #view}, which any thread may call.
 */
public final class Session {
    /** Size in bytes of the scratch buffer that {@link #run} needs. */
    public static final int SCRATCH_BYTES = 8192;

    private final Arrival arrival;
    private final StreamSocket guest;
    private final GuestShare share;
    private final Limits limits;
    private final SessionContext context;
    private final SessionControl control;
    private final GuestInput input;
    private final RequestReader reader;
    private final GuestLink link;
    private final SessionMeter meter;

    /** The terminator of the last line. */
    private Optional<Terminator> terminator = Optional.empty();

    private String alias = "";

    /** Measures the request that is served now; others look at it. */
    private volatile SessionMeter current;

    /**
     * A session that takes over a connection, and closes it at the end of {@link #run}.
     *
     * @param limits the guest's limits at this moment; later changes do not reach this session
     */
    public Session(Arrival arrival, GuestShare share, Limits limits, SessionContext context) {
        this.arrival = arrival;
        this.guest = arrival.socket();
        this.share = share;
        this.limits = limits;
        this.context = context;
        this.control = new SessionControl(guest);
        this.input = new GuestInput(guest);
        CommandFilter filter = CommandFilter.ofConnection(limits.commands());
        this.reader = new RequestReader(input, control, filter, context.nanoClock());
        this.link = new GuestLink(guest, control, share, limits, context.nanoClock());
        this.meter =
                new SessionMeter(arrival.number(), arrival.acceptedNanos(), context.nanoClock());
        this.current = meter;
    }

    /**
     * Serves the connection to its end. Throws nothing: whatever happens is in the result.
     *
     * @param service the worker that serves the session
     * @param scratch a direct buffer of {@link #SCRATCH_BYTES} for the calling thread's use
     */
    public SessionResult run(SessionService service, ByteBuffer scratch) {
        return conclude(
                SessionStep.COMMAND, service::answered, scratch, () -> serve(service, scratch));
    }

    /**
     * Tells the guest why it is not served, in the terminator that its request asks for, and
     * closes.
     *
     * @param detail more for the log
     * @param scratch as for {@link #run}
     */
    public SessionResult refuse(
            Termination reason,
            Optional<String> detail,
            Duration requestLimit,
            ByteBuffer scratch) {
        return conclude(
                SessionStep.FAREWELL,
                () -> {},
                scratch,
                () -> {
                    reader.awaitFirstBytes(scratch, requestLimit);
                    throw new SessionEnd(reason, detail.orElse(null));
                });
    }

    private interface Service {
        Outcome serve() throws SessionEnd;
    }

    private SessionResult conclude(
            SessionStep first, Runnable answered, ByteBuffer scratch, Service service) {
        meter.enter(first);
        context.watchdog().watch(control);
        Outcome outcome;
        try {
            outcome = attend(answered, scratch, service);
        } finally {
            context.watchdog().unwatch(control);
            guest.close();
        }
        return result(outcome);
    }

    private Outcome attend(Runnable answered, ByteBuffer scratch, Service service) {
        Outcome outcome;
        try {
            outcome = service.serve();
        } catch (SessionEnd end) {
            outcome = end.outcome();
        } catch (RuntimeException | Error e) {
            outcome = Outcome.defect("session", arrival.number(), e);
        }
        meter.enter(SessionStep.FAREWELL);
        try {
            return farewell(outcome, answered, scratch);
        } catch (RuntimeException | Error e) {
            Outcome _ = Outcome.defect("farewell", arrival.number(), e);
            return outcome.withGuestGone();
        }
    }

    /** The last line, if there is one, and the lingering close behind everything that was said. */
    private Outcome farewell(Outcome outcome, Runnable answered, ByteBuffer scratch) {
        if (outcome.line().isPresent()) {
            if (control.isStopped()) {
                reader.learnTerminator(scratch);
            }
            Terminator end = terminator.orElse(reader.terminator());
            if (!link.say(outcome.line().get(), end, scratch)) {
                return outcome.withGuestGone();
            }
        } else if (outcome.termination() != Termination.COMPLETED) {
            return outcome;
        }
        answered.run();
        link.linger(scratch, reader::follow);
        return outcome;
    }

    /**
     * Tells the guest why it is not served, as far as that takes no time, and closes. Instead of
     * {@link #run}.
     *
     * @param detail more for the log
     */
    public SessionResult abandon(Termination reason, Optional<String> detail) {
        meter.enter(SessionStep.FAREWELL);
        String abandoned = "closed without waiting for the guest";
        Outcome outcome =
                Outcome.of(
                        reason,
                        Optional.of(detail.map(text -> text + "; " + abandoned).orElse(abandoned)));
        try {
            sayAtOnce(outcome.line().orElse(""));
        } catch (IOException _) {
            // it has left already
        } finally {
            guest.close();
        }
        return result(outcome);
    }

    /**
     * A connection on which nothing was said yet takes a line without blocking, and the guest can
     * read it although we close with its own bytes unread: on a Unix socket the reset comes behind
     * the line, and on vsock there is none.
     */
    private void sayAtOnce(String line) throws IOException {
        guest.write(ByteBuffer.wrap(Terminator.NEWLINE.terminate(line)));
        guest.shutdownOutput();
    }

    /** Its number, which no other session of this process has. Any thread. */
    public long number() {
        return arrival.number();
    }

    /**
     * Ends the session soon if clamd is not asked for anything now, else when that is answered. Any
     * thread.
     *
     * @return whether it ends soon
     */
    public boolean stopIfIdle(Termination reason) {
        return control.stopIfIdle(reason);
    }

    /** Ends the session soon, and tells the guest why if it still reads. Any thread. */
    public void stop(Termination reason) {
        control.stop(reason);
    }

    /** Why another thread has ended the session, if one has. Any thread. */
    public Optional<Termination> stopReason() {
        return control.stopReason();
    }

    /** The session as it is now. Any thread. */
    public SessionView view() {
        return current.view();
    }

    private Outcome serve(SessionService service, ByteBuffer scratch) throws SessionEnd {
        Decision decision = reader.read(scratch, limits.commandTimeout());
        Serving serving = new Serving(input, share, limits, context, control, service, meter);
        return switch (decision) {
            case Decision.Accepted(Request request, Terminator end)
                    when request == Request.IDSESSION ->
                    serveSession(serving, end, scratch);
            case Decision.Accepted(Request request, _) -> {
                alias = request.alias();
                yield new Exchange(serving, scratch).answer(request);
            }
            case Decision.Refused(Optional<String> path, _) -> Outcome.refused(path);
            case Decision.Undecided _ -> throw new IllegalStateException("not decided");
        };
    }

    private Outcome serveSession(Serving serving, Terminator end, ByteBuffer scratch) {
        alias = Request.IDSESSION.name();
        NumberedRequests requests =
                new NumberedRequests(serving, number(), end, link, scratch, next -> current = next);
        try {
            return requests.serve();
        } finally {
            terminator = Optional.of(requests.terminator());
        }
    }

    private SessionResult result(Outcome outcome) {
        boolean accepted = !alias.isEmpty() || meter.isAsked();
        return meter.result(
                share,
                0,
                accepted ? alias : reader.attempted(),
                arrival.connections(),
                arrival.tenantConnections(),
                outcome);
    }
}
