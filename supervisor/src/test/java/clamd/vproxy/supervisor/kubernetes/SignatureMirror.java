package clamd.vproxy.supervisor.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Serves {@code /daily.cud} on loopback. {@link #publish} is for any thread. */
final class SignatureMirror implements AutoCloseable {
    /** Immutable, as nobody changes the content. */
    private static final class Published {
        private final byte[] content;
        private final String modified;

        Published(byte[] content, String modified) {
            this.content = content;
            this.modified = modified;
        }
    }

    private final HttpServer server;
    private volatile Published published = new Published(new byte[0], "");

    SignatureMirror() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/daily.cud", this::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/daily.cud";
    }

    /** What comes from now on. */
    void publish(byte[] content, Instant modified) {
        String date =
                DateTimeFormatter.RFC_1123_DATE_TIME.format(modified.atOffset(ZoneOffset.UTC));
        published = new Published(content, date);
    }

    private void answer(HttpExchange exchange) throws IOException {
        Published now = published;
        try (exchange) {
            exchange.getResponseHeaders().set("Last-Modified", now.modified);
            if (now.content.length == 0) {
                byte[] text = "nothing published".getBytes(UTF_8);
                exchange.sendResponseHeaders(503, text.length);
                exchange.getResponseBody().write(text);
            } else {
                exchange.sendResponseHeaders(200, now.content.length);
                exchange.getResponseBody().write(now.content);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
