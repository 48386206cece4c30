package clamd.vproxy.supervisor.reports.http;

import clamd.vproxy.supervisor.base.threads.SupervisorThreads;
import clamd.vproxy.supervisor.reports.metrics.AcceptHeader;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.zip.GZIPOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a {@link Site} over HTTP, with the JDK's server. It answers GET and HEAD; nothing can be
 * changed through it, and there is no authentication.
 *
 * <p>The number of connections is limited to a thousand, and so is the time that a request or its
 * answer may take: a slow client holds a connection for a few seconds, and a virtual thread, of
 * which there are enough. The server has its own threads, so no guest waits for it. Thread-safe.
 */
public final class StatusServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(StatusServer.class);

    /** The size below which an answer is not compressed, because it fits into one packet anyway. */
    private static final int SMALLEST_COMPRESSED_BYTES = 1024;

    /**
     * The JDK reads these when its server's class is loaded, which nothing else in this process
     * does. Times are in seconds. A request that is not complete in time, an answer that is not
     * taken in time and a connection without a request are closed.
     */
    private static final Map<String, String> JDK_LIMITS =
            Map.of(
                    "jdk.httpserver.maxConnections", "1024",
                    "sun.net.httpserver.maxReqTime", "5",
                    "sun.net.httpserver.maxRspTime", "10",
                    "sun.net.httpserver.idleInterval", "30",
                    "sun.net.httpserver.clockTick", "2000",
                    "sun.net.httpserver.maxReqHeaders", "64",
                    "sun.net.httpserver.maxReqHeaderSize", "16384",
                    "sun.net.httpserver.drainAmount", "0",
                    // headers and body are two writes; the second must not wait for the first
                    "sun.net.httpserver.nodelay", "true");

    static {
        JDK_LIMITS.forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
    }

    private static final Map<String, String> HEADERS =
            Map.of(
                    "Cache-Control", "no-store",
                    "Content-Security-Policy",
                            "default-src 'none'; script-src 'self'; style-src 'self'; img-src"
                                    + " 'self'; connect-src 'self'; base-uri 'none'; form-action"
                                    + " 'none'; frame-ancestors 'none'",
                    "Cross-Origin-Resource-Policy", "same-origin",
                    "Referrer-Policy", "no-referrer",
                    "X-Content-Type-Options", "nosniff");

    private final Site site;
    private final boolean onlyLocal;
    private final ExecutorService threads = SupervisorThreads.virtual("http#");

    private final HttpServer server;

    private StatusServer(Site site, boolean onlyLocal, HttpServer server) {
        this.site = site;
        this.onlyLocal = onlyLocal;
        this.server = server;
    }

    /**
     * Starts to listen and to serve.
     *
     * @throws IOException if the address is not available; the message is one line
     */
    public static StatusServer open(HttpSettings settings, Site site) throws IOException {
        HttpServer server;
        try {
            server = HttpServer.create(settings.socketAddress(), 0);
        } catch (BindException e) {
            throw new IOException(settings + ": " + e.getMessage() + "; name another address", e);
        }
        StatusServer opened = new StatusServer(site, settings.isLoopback(), server);
        server.setExecutor(opened.threads);
        server.createContext("/", opened::handle);
        // the server's thread inherits the daemon flag from this one, so it does not keep the
        // process alive
        SupervisorThreads.join(SupervisorThreads.start("http-start", server::start));
        if (!settings.isLoopback()) {
            log.warn(
                    "HTTP on {} can be reached from other hosts, without authentication", settings);
        }
        return opened;
    }

    /** Returns the port that the server listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Answer answer;
            try {
                answer = answer(exchange);
            } catch (RuntimeException e) {
                log.atError().setCause(e).log("an HTTP request failed; a defect of ours");
                answer = Answer.plain(500, "internal failure; the daemon's log has the trace\n");
            }
            send(exchange, answer);
        }
    }

    private Answer answer(HttpExchange exchange) {
        String method = exchange.getRequestMethod();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            return Answer.plain(405, "only GET and HEAD\n");
        }
        Headers headers = exchange.getRequestHeaders();
        if (onlyLocal && !HostHeader.isLocal(headers.getFirst("Host"))) {
            return Answer.plain(421, "ask for localhost or an IP address\n");
        }
        Optional<Answer> found =
                site.answer(
                        String.valueOf(exchange.getRequestURI().getPath()),
                        exchange.getRequestURI().getRawQuery(),
                        String.join(",", headers.getOrDefault("Accept", List.of())));
        return found.orElseGet(
                () -> Answer.plain(404, "there are /, /metrics, /livez and /readyz?verbose\n"));
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        HEADERS.forEach(headers::set);
        headers.set("Content-Type", answer.contentType());
        headers.set("Vary", "Accept, Accept-Encoding");
        ByteBuffer content = answer.body().duplicate();
        if (content.remaining() >= SMALLEST_COMPRESSED_BYTES && acceptsGzip(exchange)) {
            headers.set("Content-Encoding", "gzip");
            content = gzip(content);
        }
        int length = content.remaining();
        if (exchange.getRequestMethod().equals("HEAD")) {
            headers.set("Content-Length", Integer.toString(length));
            exchange.sendResponseHeaders(answer.status(), -1);
            return;
        }
        exchange.sendResponseHeaders(answer.status(), length == 0 ? -1 : length);
        try (OutputStream body = exchange.getResponseBody()) {
            Channels.newChannel(body).write(content);
        }
    }

    private static boolean acceptsGzip(HttpExchange exchange) {
        List<String> headers =
                exchange.getRequestHeaders().getOrDefault("Accept-Encoding", List.of());
        return AcceptHeader.parse(String.join(",", headers)).quality("gzip", "x-gzip", "*") > 0;
    }

    private static ByteBuffer gzip(ByteBuffer content) throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            Channels.newChannel(gzip).write(content);
        }
        return ByteBuffer.wrap(compressed.toByteArray());
    }

    /** Stops listening and closes the open connections. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
