package clamd.vproxy.supervisor.reports.control;

import clamd.vproxy.supervisor.base.json.Json;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Sends commands to the running daemon over its control socket. Immutable. */
public final class ControlClient {
    /**
     * The size limit of a reply, which names each guest at most once: enough for a hundred thousand
     * guests.
     */
    private static final int MOST_REPLY_BYTES = 64 << 20;

    private static final Duration SEND_LIMIT = Duration.ofSeconds(5);
    private static final Duration REPLY_LIMIT = Duration.ofSeconds(60);

    private final Path socket;
    private final LongSupplier nanoClock;

    /**
     * Creates a client of the daemon that listens on this socket.
     *
     * @param nanoClock a monotonic clock in nanoseconds
     */
    public ControlClient(Path socket, LongSupplier nanoClock) {
        this.socket = socket;
        this.nanoClock = nanoClock;
    }

    /**
     * Has the daemon carry out a command that needs nothing but its name.
     *
     * @return its reply, as {@link #ask(ControlRequest)} returns it
     * @throws IOException if there is none, as with {@link #ask(ControlRequest)}
     */
    public String ask(String command) throws IOException {
        return ask(new ControlRequest.Plain(command));
    }

    /**
     * Has the daemon carry out a command.
     *
     * @return its reply, a JSON object on one line
     * @throws IOException if there is none; the message does not name the socket
     */
    public String ask(ControlRequest request) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try (LineChannel lines = new LineChannel(channel, nanoClock)) {
            // non-blocking, so a daemon that does not accept costs no time
            if (!channel.connect(UnixDomainSocketAddress.of(socket))) {
                throw new IOException("the daemon accepts no more connections for now; try again");
            }
            send(lines, request);
            return lines.readLine(MOST_REPLY_BYTES, REPLY_LIMIT)
                    .orElseThrow(() -> new EOFException("the daemon ended without a reply"));
        }
    }

    /**
     * Sends a request. A daemon with too many connections may have replied and closed before it
     * reads.
     */
    private static void send(LineChannel lines, ControlRequest request) throws IOException {
        try {
            lines.writeLine(Json.line(request), SEND_LIMIT);
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException _) {
            // the reply, if there is one, says why
        }
    }
}
