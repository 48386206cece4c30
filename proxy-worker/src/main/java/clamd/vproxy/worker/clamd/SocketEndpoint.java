package clamd.vproxy.worker.clamd;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * clamd's LocalSocket or TCPSocket. Thread-safe.
 *
 * <p>It connects in non-blocking mode: a blocking connect to a Unix socket with a full backlog
 * waits without limit, and clamd stops accepting connections while MaxQueue of them are unfinished.
 */
public final class SocketEndpoint implements ClamdEndpoint {
    private static final Pattern HOST_AND_PORT =
            Pattern.compile(
                    "(?:tcp://)?(?<host>\\[(?<literal>[^\\[\\]]*:[^\\[\\]]*)\\]|[\\p{L}\\p{N}._-]+):(?<port>\\d{1,5})");

    private static final Pattern SOCKET = Pattern.compile("(?:unix:(?://)?)?(?<path>/(?!/).+)");

    private static final String ACCEPTED =
            "write /PATH, unix:/PATH, HOST:PORT, [IPV6]:PORT or tcp://HOST:PORT";

    private static final int HIGHEST_PORT = 65_535;

    /** The longest path that fits into a Unix socket's address (unix(7)) with its final NUL. */
    private static final int LONGEST_PATH_BYTES = 107;

    /** The pause between attempts to connect while the backlog is full. */
    private static final Duration FULL_BACKLOG_PAUSE = Duration.ofMillis(10);

    private final String text;

    /** The address of a Unix socket; null for TCP, which resolves the host for each connection. */
    private final @Nullable SocketAddress unixAddress;

    private final String host;
    private final int port;
    private final LongSupplier nanoClock;
    private final SelectorPool selectors;

    private SocketEndpoint(
            String text,
            @Nullable SocketAddress unixAddress,
            String host,
            int port,
            LongSupplier nanoClock) {
        this.text = text;
        this.unixAddress = unixAddress;
        this.host = host;
        this.port = port;
        this.nanoClock = nanoClock;
        this.selectors = new SelectorPool(nanoClock);
    }

    /**
     * Reads an endpoint as an operator writes it: {@code /path}, {@code unix:/path}, {@code
     * unix:///path}, {@code host:port}, {@code [IPv6 address]:port} or {@code tcp://host:port}. Its
     * text omits {@code unix:} and {@code tcp://}.
     *
     * @throws IllegalArgumentException with a message for the operator, if it is none of these
     */
    public static SocketEndpoint parse(String text, LongSupplier nanoClock) {
        Matcher tcp = HOST_AND_PORT.matcher(text);
        if (tcp.matches()) {
            return tcp(text, tcp, nanoClock);
        }
        Matcher socket = SOCKET.matcher(text);
        if (!socket.matches()) {
            throw wrong(text, "is no address of a clamd");
        }
        String path = socket.group("path");
        if (path.getBytes(StandardCharsets.UTF_8).length > LONGEST_PATH_BYTES) {
            throw wrong(
                    text,
                    "is longer than the %d bytes of a socket's path".formatted(LONGEST_PATH_BYTES));
        }
        try {
            return new SocketEndpoint(
                    path, UnixDomainSocketAddress.of(Path.of(path)), "", 0, nanoClock);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("\"" + text + "\" is not a path", e);
        }
    }

    /** Whether data sent there may leave the host: clamd over TCP has no encryption. */
    public boolean isRemote() {
        return unixAddress == null
                && !host.startsWith("127.")
                && !host.equals("localhost")
                && !host.equals("::1");
    }

    /** Returns the path of a Unix socket; empty for TCP. */
    public Optional<Path> path() {
        return unixAddress == null ? Optional.empty() : Optional.of(Path.of(text));
    }

    private static SocketEndpoint tcp(String text, Matcher parts, LongSupplier nanoClock) {
        int port = Integer.parseInt(parts.group("port"));
        if (port < 1 || port > HIGHEST_PORT) {
            throw wrong(text, "has a port that is not between 1 and " + HIGHEST_PORT);
        }
        String literal = parts.group("literal");
        if (literal != null) {
            try {
                InetAddress _ = InetAddress.ofLiteral(literal.replaceFirst("%.+", ""));
            } catch (IllegalArgumentException _) {
                throw wrong(text, "has no IPv6 address in its brackets");
            }
        }
        String host = parts.group("host");
        return new SocketEndpoint(
                host + ":" + port, null, literal == null ? host : literal, port, nanoClock);
    }

    private static IllegalArgumentException wrong(String text, String why) {
        return new IllegalArgumentException("\"" + text + "\" " + why + "; " + ACCEPTED);
    }

    @Override
    public ClamdConnection connect(Duration limit) throws IOException {
        long deadline = nanoClock.getAsLong() + limit.toNanos();
        try {
            SocketChannel channel =
                    unixAddress == null ? connectTcp(deadline) : connectUnix(unixAddress, deadline);
            return new ChannelConnection(channel, selectors);
        } catch (ClamdUnreachableException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException("cannot connect to clamd at " + text + ": " + e.getMessage(), e);
        }
    }

    private SocketChannel connectUnix(SocketAddress address, long deadline) throws IOException {
        while (true) {
            // this fails if descriptors run out, which is not a refusal by clamd
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.configureBlocking(false);
                channel.connect(address);
                return channel;
            } catch (IOException e) {
                channel.close();
                // EAGAIN means that the backlog of a Unix socket is full (connect(2)); the JDK
                // passes on only its text, which is English because the launcher sets LC_ALL
                if (!String.valueOf(e.getMessage()).contains("temporarily unavailable")) {
                    throw ClamdUnreachableException.refused(text, e);
                }
                if (nanoClock.getAsLong() - deadline >= 0) {
                    throw ClamdUnreachableException.busy(
                            text, new IOException("busy, its backlog is full", e));
                }
                LockSupport.parkNanos(FULL_BACKLOG_PAUSE.toNanos());
            }
        }
    }

    private SocketChannel connectTcp(long deadline) throws IOException {
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw ClamdUnreachableException.refused(
                    text, new IOException("the host name is not known"));
        }
        SocketChannel channel = SocketChannel.open();
        try (Selector selector = Selector.open()) {
            channel.configureBlocking(false);
            if (!channel.connect(address)) {
                SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT);
                long left = (deadline - nanoClock.getAsLong()) / 1_000_000;
                selector.select(Math.max(1, left));
                if (!channel.finishConnect()) {
                    throw ClamdUnreachableException.busy(
                            text, new IOException("no answer in time"));
                }
                key.cancel();
                selector.selectNow();
            }
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            return channel;
        } catch (BindException e) {
            // no local port is free, which is not a refusal by clamd (connect(2), EADDRNOTAVAIL)
            channel.close();
            throw e;
        } catch (SocketException e) {
            channel.close();
            throw ClamdUnreachableException.refused(text, e);
        } catch (IOException | RuntimeException e) {
            // for example if descriptors run out
            channel.close();
            throw e;
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
