package clamd.vproxy.supervisor.reports.control;

import clamd.vproxy.supervisor.base.json.Json;
import clamd.vproxy.supervisor.base.sockets.AcceptPause;
import clamd.vproxy.supervisor.base.sockets.ConnectionPlaces;
import clamd.vproxy.supervisor.base.sockets.RenewedListener;
import clamd.vproxy.supervisor.base.threads.SupervisorThreads;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers commands over the control socket: a request is one line of JSON, {@code
 * {"command":"guest","guest":"db-1"}}, and so is its reply. The thread {@code control} accepts,
 * each connection has a thread of its own. The number of connections is limited, with a separate
 * allowance for peers that may make changes, so that other users cannot lock them out. Each line
 * has a time limit of a few seconds.
 *
 * <p>Thread-safe.
 */
public final class ControlServer implements AutoCloseable {
    /** How many connections there may be at once, of peers that may make changes, and of others. */
    static final int MOST_CONNECTIONS = 16;

    /** The longest request, in bytes. */
    static final int MOST_REQUEST_BYTES = 4096;

    private static final Logger log = LoggerFactory.getLogger(ControlServer.class);
    private static final Duration LINE_LIMIT = Duration.ofSeconds(5);

    private final RenewedListener listener;
    private final Predicate<UnixDomainPrincipal> mayChange;
    private final Map<String, ControlCommand<?>> commands;
    private final LongSupplier nanoClock;
    private final Duration lineLimit;
    private final ConnectionPlaces placesOfAdministrators = new ConnectionPlaces(MOST_CONNECTIONS);
    private final ConnectionPlaces placesOfOthers = new ConnectionPlaces(MOST_CONNECTIONS);
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Thread thread;

    private ControlServer(
            RenewedListener listener,
            Predicate<UnixDomainPrincipal> mayChange,
            Map<String, ControlCommand<?>> commands,
            LongSupplier nanoClock,
            Duration lineLimit) {
        this.listener = listener;
        this.mayChange = mayChange;
        this.commands = commands;
        this.nanoClock = nanoClock;
        this.lineLimit = lineLimit;
        this.thread = SupervisorThreads.start("control", this::run);
    }

    /**
     * Starts listening, and carries out these commands from now on.
     *
     * @param path the socket
     * @param nanoClock a monotonic clock in nanoseconds
     * @throws IOException if the socket cannot be opened; the message is one line
     */
    public static ControlServer open(
            Path path, Collection<ControlCommand<?>> commands, LongSupplier nanoClock)
            throws IOException {
        return open(path, commands, nanoClock, LINE_LIMIT, ChangeRight.ofThisProcess()::isOf);
    }

    /** Opens a server with a time limit for each line and a check of the right to make changes. */
    static ControlServer open(
            Path path,
            Collection<ControlCommand<?>> commands,
            LongSupplier nanoClock,
            Duration lineLimit,
            Predicate<UnixDomainPrincipal> mayChange)
            throws IOException {
        return new ControlServer(
                RenewedListener.open("the control socket", () -> ControlSocket.listen(path)),
                mayChange,
                commands.stream()
                        .collect(Collectors.toMap(ControlCommand::name, Function.identity())),
                nanoClock,
                lineLimit);
    }

    private void run() {
        AcceptPause pause = new AcceptPause("the control socket");
        while (!closed.get()) {
            try {
                Optional<SocketChannel> next = listener.accept();
                if (next.isPresent()) {
                    take(next.get());
                    pause.accepted();
                }
            } catch (ClosedChannelException _) {
                return;
            } catch (IOException e) {
                pause.failed(e);
            }
        }
    }

    private void take(SocketChannel channel) throws IOException {
        UnixDomainPrincipal peer;
        try {
            peer = channel.getOption(ExtendedSocketOptions.SO_PEERCRED);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        ConnectionPlaces places = mayChange.test(peer) ? placesOfAdministrators : placesOfOthers;
        boolean served = places.enter(channel);
        try {
            if (served) {
                SupervisorThreads.start(
                        "control#" + accepted.incrementAndGet(),
                        () -> serve(channel, peer, places));
            } else {
                refuse(channel);
            }
        } catch (OutOfMemoryError e) {
            log.warn("a control connection gets no thread: {}", e.getMessage());
            served = false;
        } finally {
            if (!served) {
                drop(channel, places);
            }
        }
    }

    /**
     * Refuses a connection; never blocks, because the short reply always fits into the socket's
     * buffer.
     */
    private void refuse(SocketChannel channel) {
        try (LineChannel lines = new LineChannel(channel, nanoClock)) {
            lines.writeLine(
                    Json.line(
                            ControlReply.Failure.because(
                                    "too many control connections; try again")),
                    Duration.ZERO);
        } catch (IOException e) {
            log.debug("refusing a control connection", e);
        }
    }

    private void drop(SocketChannel channel, ConnectionPlaces places) {
        places.leave(channel);
        try {
            channel.close();
        } catch (IOException e) {
            log.debug("closing a control connection", e);
        }
    }

    private void serve(SocketChannel channel, UnixDomainPrincipal peer, ConnectionPlaces places) {
        try (LineChannel lines = new LineChannel(channel, nanoClock)) {
            boolean more = true;
            while (more && !closed.get()) {
                Object reply;
                try {
                    Optional<String> request = lines.readLine(MOST_REQUEST_BYTES, lineLimit);
                    if (request.isEmpty()) {
                        return;
                    }
                    places.isServed(channel);
                    reply = answer(request.get(), peer);
                } catch (SocketTimeoutException | LineChannel.TooLongException e) {
                    reply = ControlReply.Failure.because(reason(e));
                    more = false;
                }
                places.isSilent(channel);
                lines.writeLine(line(reply), lineLimit);
            }
        } catch (IOException e) {
            log.debug("a control connection ended: {}", e.toString());
        } finally {
            drop(channel, places);
        }
    }

    private String reason(IOException failure) {
        return failure instanceof SocketTimeoutException
                ? "no request within " + lineLimit.toSeconds() + " s"
                : String.valueOf(failure.getMessage());
    }

    private static String line(Object reply) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("ok", true);
        object.putAll(Json.object(reply));
        OldKeys.addTo(object);
        return Json.line(object);
    }

    /** The key that every request has; its command defines the others. */
    private record Named(@Nullable String command) {}

    private Object answer(String line, UnixDomainPrincipal peer) {
        ControlCommand<?> command;
        try {
            String name = Json.read(line, Named.class).command();
            command = name == null ? null : commands.get(name);
        } catch (IllegalArgumentException e) {
            return ControlReply.Failure.because("not a request: " + e.getMessage());
        }
        if (command == null) {
            return ControlReply.Failure.because(
                    "no such command; there are "
                            + String.join(", ", commands.keySet().stream().sorted().toList()));
        }
        return command.changes() && !mayChange.test(peer)
                ? refusal(command, peer)
                : carryOut(command, line, peer);
    }

    private static ControlReply.Failure refusal(
            ControlCommand<?> command, UnixDomainPrincipal peer) {
        String user = peer.user().getName();
        log.warn("user {} may not ask for {}", user, command.name());
        return ControlReply.Failure.because(
                "user " + user + " may not; ask as root, or as the daemon's user or group");
    }

    private static <R extends ControlRequest> Object carryOut(
            ControlCommand<R> command, String line, UnixDomainPrincipal peer) {
        try {
            R request = command.read(line);
            if (command.changes()) {
                log.info("user {} asks for {}", peer.user().getName(), Json.line(request));
            }
            return command.action().carryOut(request);
        } catch (ControlException e) {
            return ControlReply.Failure.because(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            log.atError().setCause(e).log("{} failed; a defect of ours", command.name());
            return ControlReply.Failure.because("internal failure; the daemon's log has the trace");
        }
    }

    /** Stops listening, and closes each connection after its current reply. */
    @Override
    public void close() throws IOException {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        listener.close();
        SupervisorThreads.join(thread);
        placesOfAdministrators.shutDownInputs();
        placesOfOthers.shutDownInputs();
    }
}
