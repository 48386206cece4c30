package clamd.vproxy.worker.session;

import clamd.vproxy.policies.Command;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.worker.net.StreamSocket;
import clamd.vproxy.worker.protocol.CommandFilter;
import clamd.vproxy.worker.protocol.CommandFilter.Decision;
import clamd.vproxy.worker.protocol.Reply;
import clamd.vproxy.worker.protocol.Terminator;
import clamd.vproxy.worker.session.SessionControl.Phase;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One guest connection: one command, one reply, one result.
 *
 * <pre>
 *   read command ─┬─ refused ───────────────────────────────┐
 *                 ├─ PING, VERSION ── place ── clamd ── reply ┤
 *                 └─ INSTREAM ── StreamRelay ───────── reply ┤
 *                                                            └─ line to the guest ── linger ── close
 * </pre>
 *
 * <p>Confined to the thread that calls {@link #run}, but for {@link #stop} and {@link #stopIfIdle},
 * which any thread may call.
 */
public final class Session {
    /** Size in bytes of the scratch buffer that {@link #run} needs. */
    public static final int SCRATCH_BYTES = 8192;

    private static final Logger log = LoggerFactory.getLogger(Session.class);

    /** How much of a refused command is kept to name it in the log. */
    private static final int ATTEMPT_BYTES = 32;

    /** How long a stopped session looks for a command that the guest has sent already. */
    private static final Duration UNREAD_COMMAND_LIMIT = Duration.ofMillis(50);

    private final Arrival arrival;
    private final StreamSocket guest;
    private final GuestShare share;
    private final Limits limits;
    private final SessionContext context;
    private final SessionControl control;
    private final CommandFilter filter;
    private final SessionMeter meter;
    private final ByteBuffer attempt = ByteBuffer.allocate(ATTEMPT_BYTES);

    /** How a session ended. */
    private record Ending(
            Termination termination,
            Verdict verdict,
            Optional<String> line,
            Optional<String> signature,
            Optional<String> detail) {
        static Ending of(SessionEnd end) {
            return new Ending(
                    end.termination(),
                    end.termination().verdict(),
                    end.termination().guestText(),
                    Optional.empty(),
                    end.detail());
        }

        static Ending answered(Verdict verdict, String line) {
            return new Ending(
                    Termination.COMPLETED,
                    verdict,
                    Optional.of(line),
                    Optional.empty(),
                    Optional.empty());
        }

        Ending butGuestLeft() {
            return new Ending(Termination.GUEST_LEFT, verdict, line, signature, detail);
        }
    }

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
        this.filter = new CommandFilter(limits.commands());
        this.meter =
                new SessionMeter(arrival.number(), arrival.acceptedNanos(), context.nanoClock());
    }

    /**
     * Serves the connection to its end. Throws nothing: whatever happens is in the result.
     *
     * @param service the worker that serves the session
     * @param scratch a direct buffer of {@link #SCRATCH_BYTES} for the calling thread's use
     */
    public SessionResult run(SessionService service, ByteBuffer scratch) {
        return conclude(SessionStep.COMMAND, service, scratch, buffer -> serve(service, buffer));
    }

    /**
     * Tells the guest why it is not served, in the terminator that its command asks for, and
     * closes.
     *
     * @param scratch as for {@link #run}
     */
    public SessionResult refuse(Termination reason, Duration commandLimit, ByteBuffer scratch) {
        return conclude(
                SessionStep.FAREWELL,
                NOT_SERVED,
                scratch,
                buffer -> {
                    awaitFirstBytes(buffer, commandLimit);
                    throw new SessionEnd(reason);
                });
    }

    /** For a session that is refused: it asks clamd for nothing, and counts for nobody. */
    private static final SessionService NOT_SERVED =
            new SessionService() {
                @Override
                public boolean mayWork() {
                    return false;
                }

                @Override
                public void answered() {}
            };

    private interface Serving {
        Ending serve(ByteBuffer scratch) throws SessionEnd;
    }

    private SessionResult conclude(
            SessionStep first, SessionService service, ByteBuffer scratch, Serving serving) {
        meter.enter(first);
        context.watchdog().watch(control);
        Ending ending;
        try {
            ending = attend(service, scratch, serving);
        } finally {
            context.watchdog().unwatch(control);
            guest.close();
        }
        return result(ending);
    }

    private Ending attend(SessionService service, ByteBuffer scratch, Serving serving) {
        Ending ending;
        try {
            ending = serving.serve(scratch);
        } catch (SessionEnd end) {
            ending = Ending.of(end);
        } catch (RuntimeException | Error e) {
            log.atError()
                    .addKeyValue("session", arrival.number())
                    .setCause(e)
                    .log("session failed");
            ending = Ending.of(new SessionEnd(Termination.INTERNAL_ERROR, e.toString()));
        }
        meter.enter(SessionStep.FAREWELL);
        if (ending.line().isEmpty()) {
            return ending;
        }
        if (control.isStopped() && filter.isEmpty()) {
            learnTerminator(scratch);
        }
        boolean told = farewell(ending.line().get(), service, scratch);
        return told || ending.termination() != Termination.COMPLETED
                ? ending
                : ending.butGuestLeft();
    }

    private boolean farewell(String line, SessionService service, ByteBuffer scratch) {
        try {
            return new GuestLink(guest, control, share, limits, context.nanoClock())
                    .sayAndLinger(line, filter.terminator(), scratch, attempt, service::answered);
        } catch (RuntimeException | Error e) {
            log.atError()
                    .addKeyValue("session", arrival.number())
                    .setCause(e)
                    .log("farewell failed");
            return false;
        }
    }

    /** Closes without telling the guest anything. Instead of {@link #run}. */
    public SessionResult abandon(Termination reason) {
        meter.enter(SessionStep.FAREWELL);
        guest.close();
        return result(Ending.of(new SessionEnd(reason, "closed without a text")));
    }

    /** Its number, which no other session of this process has. Any thread. */
    public long number() {
        return arrival.number();
    }

    /**
     * Ends the session soon if it has asked clamd for nothing yet. Any thread.
     *
     * @return whether it will end
     */
    public boolean stopIfIdle(Termination reason) {
        return control.stopIfIdle(reason);
    }

    /** Ends the session soon, telling the guest why if it can be told. Any thread. */
    public void stop(Termination reason) {
        control.stop(reason);
    }

    /** How it gets on now. Any thread. */
    public SessionView view() {
        return meter.view();
    }

    private Ending serve(SessionService service, ByteBuffer scratch) throws SessionEnd {
        Decision decision = readCommand(scratch);
        return switch (decision) {
            case Decision.Accepted(Command accepted, Terminator _) ->
                    answer(accepted, service, scratch);
            case Decision.Refused _, Decision.Undecided _ ->
                    throw new SessionEnd(Termination.COMMAND_REFUSED);
        };
    }

    private Ending answer(Command accepted, SessionService service, ByteBuffer scratch)
            throws SessionEnd {
        meter.asked(accepted);
        Reply reply =
                switch (accepted) {
                    case INSTREAM -> relayStream(service, scratch);
                    case PING, VERSION -> relayRequest(accepted, service, scratch);
                };
        return ending(reply);
    }

    /** Reads until the filter decides: at most ten bytes, so none of a stream are among them. */
    private Decision readCommand(ByteBuffer scratch) throws SessionEnd {
        long deadline = now() + limits.commandTimeout().toNanos();
        Decision decision = new Decision.Undecided();
        while (decision instanceof Decision.Undecided) {
            scratch.clear().limit(CommandFilter.LONGEST_COMMAND_BYTES - attempt.position());
            if (readFromGuest(scratch, deadline, Termination.COMMAND_TIMEOUT) < 0) {
                throw new SessionEnd(
                        filter.isEmpty()
                                ? Termination.NOTHING_ASKED
                                : Termination.COMMAND_INCOMPLETE);
            }
            attempt.put(scratch.flip());
            decision = filter.decide(scratch.rewind());
        }
        return decision;
    }

    /** Takes what tells the guest's terminator; a guest that says nothing gets a newline. */
    private void awaitFirstBytes(ByteBuffer scratch, Duration limit) throws SessionEnd {
        scratch.clear().limit(CommandFilter.LONGEST_COMMAND_BYTES);
        try {
            if (readFromGuest(scratch, now() + limit.toNanos(), Termination.COMMAND_TIMEOUT) > 0) {
                attempt.put(scratch.flip());
                filter.decide(scratch.rewind());
            }
        } catch (SessionEnd end) {
            if (end.termination() != Termination.COMMAND_TIMEOUT) {
                throw end;
            }
        }
    }

    /** A session may be stopped before it has read the command that the guest has sent already. */
    private void learnTerminator(ByteBuffer scratch) {
        control.enterFarewell(Phase.GUEST_INPUT, now() + UNREAD_COMMAND_LIMIT.toNanos());
        scratch.clear().limit(CommandFilter.LONGEST_COMMAND_BYTES);
        try {
            if (guest.read(scratch) > 0) {
                attempt.put(scratch.flip());
                filter.decide(scratch.rewind());
            }
        } catch (IOException _) {
            // the text goes out with a newline, if it goes out at all
        }
    }

    private int readFromGuest(ByteBuffer target, long deadline, Termination onExpiry)
            throws SessionEnd {
        control.enter(Phase.GUEST_INPUT, deadline, onExpiry);
        try {
            int count = guest.read(target);
            if (count < 0) {
                control.throwIfEnded();
            }
            return count;
        } catch (IOException e) {
            control.throwIfEnded();
            throw new SessionEnd(Termination.GUEST_LEFT, e.getMessage());
        }
    }

    private Reply relayStream(SessionService service, ByteBuffer scratch) throws SessionEnd {
        meter.enter(SessionStep.UPLOAD);
        try (StreamRelay relay =
                new StreamRelay(guest, share, context, control, service, meter, limits, scratch)) {
            return relay.relay();
        }
    }

    private Reply relayRequest(Command asked, SessionService service, ByteBuffer scratch)
            throws SessionEnd {
        meter.enter(SessionStep.PLACE);
        try (Backend backend =
                Backend.open(
                        context,
                        control,
                        service,
                        context.clamds().requests(),
                        share.owner(),
                        limits)) {
            meter.enter(SessionStep.REQUEST);
            long deadline = now() + limits.readTimeout().toNanos();
            scratch.clear().put(Terminator.NUL.terminate("z" + asked.name())).flip();
            backend.send(scratch, deadline, Termination.CLAMD_TIMEOUT);
            return backend.receive(asked, scratch, deadline, Termination.CLAMD_TIMEOUT);
        } catch (IOException e) {
            throw new SessionEnd(Termination.CLAMD_CLOSED, e.getMessage());
        }
    }

    private static Ending ending(Reply reply) throws SessionEnd {
        return switch (reply) {
            case Reply.Pong() -> Ending.answered(Verdict.ANSWERED, "PONG");
            case Reply.Version(String text) -> Ending.answered(Verdict.ANSWERED, text);
            case Reply.Clean() -> Ending.answered(Verdict.CLEAN, "stream: OK");
            case Reply.Infected(String signature) ->
                    new Ending(
                            Termination.COMPLETED,
                            Verdict.INFECTED,
                            Optional.of("stream: " + signature + " FOUND"),
                            Optional.of(signature),
                            Optional.empty());
            case Reply.Failed(String text) ->
                    new Ending(
                            Termination.COMPLETED,
                            Verdict.ERROR,
                            Optional.of(FailureText.forGuest(text)),
                            Optional.empty(),
                            Optional.of("clamd: " + text));
            case Reply.Malformed(String reason) ->
                    throw new SessionEnd(Termination.CLAMD_REPLY_MALFORMED, reason);
        };
    }

    private SessionResult result(Ending ending) {
        return new SessionResult(
                share.identity(),
                arrival.number(),
                meter.command(),
                meter.command().isPresent() ? "" : attemptedCommand(),
                meter.streamBytes(),
                meter.spent(SessionStep.QUEUE),
                meter.spent(SessionStep.PLACE),
                meter.pause(),
                meter.spent(SessionStep.SLOT),
                meter.spent(SessionStep.SCAN),
                meter.age(),
                new Demand(
                        arrival.connections(),
                        meter.largestChunkBytes(),
                        meter.spent(SessionStep.COMMAND),
                        meter.streamTime(),
                        meter.longestSilence(),
                        share.dailyUsage().today()),
                ending.verdict(),
                ending.signature(),
                meter.sha256(),
                ending.termination(),
                ending.detail());
    }

    /** The letters at the beginning of what was sent instead of an allowed command. */
    private String attemptedCommand() {
        attempt.flip();
        String text = StandardCharsets.ISO_8859_1.decode(attempt).toString();
        int end = 0;
        while (end < text.length()
                && Character.isLetter(text.charAt(end))
                && text.charAt(end) < 128) {
            end++;
        }
        return end > 0 || text.isEmpty() ? text.substring(0, end) : "?";
    }

    private long now() {
        return context.nanoClock().getAsLong();
    }
}
