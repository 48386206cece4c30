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
 * Serves one guest connection: one request, one reply, one result.
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

    /** Measures the request that is being served; other threads read it. */
    private volatile SessionMeter current;

    /**
     * Creates a session that takes ownership of a connection, and closes it at the end of {@link
     * #run}.
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
     * Serves the connection to its end. Throws no exception: the result also describes failures.
     *
     * @param service the worker that serves the session
     * @param scratch a direct buffer of {@link #SCRATCH_BYTES} for the calling thread's use
     */
    public SessionResult run(SessionService service, ByteBuffer scratch) {
        return conclude(
                SessionStep.COMMAND, service::answered, scratch, () -> serve(service, scratch));
    }

    /**
     * Sends the guest the reason for the refusal, with the terminator of its request, and closes
     * the connection.
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

    /** Sends the last line, if there is one, and then closes the connection in a lingering way. */
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
     * Sends the guest the reason for the refusal without blocking, and closes the connection.
     * Called instead of {@link #run}.
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
            // the guest has already left
        } finally {
            guest.close();
        }
        return result(outcome);
    }

    /**
     * Sends a line to a guest that was sent nothing before. The write does not block. The guest can
     * read the line even though the daemon closes with the guest's bytes unread: on a Unix socket
     * the reset follows the line, and vsock sends none.
     */
    private void sayAtOnce(String line) throws IOException {
        guest.write(ByteBuffer.wrap(Terminator.NEWLINE.terminate(line)));
        guest.shutdownOutput();
    }

    /** Returns the session's number, which is unique within the process. Any thread. */
    public long number() {
        return arrival.number();
    }

    /**
     * Ends the session soon if it has no request at clamd, otherwise after clamd's reply. Any
     * thread.
     *
     * @return whether the session ends soon
     */
    public boolean stopIfIdle(Termination reason) {
        return control.stopIfIdle(reason);
    }

    /**
     * Ends the session soon, and sends the guest the reason if the guest still reads. Any thread.
     */
    public void stop(Termination reason) {
        control.stop(reason);
    }

    /**
     * Returns the reason for which another thread has ended the session, if one has. Any thread.
     */
    public Optional<Termination> stopReason() {
        return control.stopReason();
    }

    /** Returns a snapshot of the session. Any thread. */
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
