package clamd.vproxy.supervisor.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;

import clamd.vproxy.supervisor.testing.LoopbackHttp;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Serves {@code /daily.cud} on loopback. Thread-safe, guarded by itself. */
final class SignatureMirror implements AutoCloseable {
    private final HttpServer server;
    private byte[] content = new byte[0];
    private String modified = "";

    SignatureMirror() throws IOException {
        server = LoopbackHttp.server();
        server.createContext("/daily.cud", this::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/daily.cud";
    }

    /** What comes from now on. */
    synchronized void publish(byte[] next, Instant when) {
        content = next.clone();
        modified = DateTimeFormatter.RFC_1123_DATE_TIME.format(when.atOffset(ZoneOffset.UTC));
    }

    private synchronized void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().set("Last-Modified", modified);
            if (content.length == 0) {
                byte[] text = "nothing published".getBytes(UTF_8);
                exchange.sendResponseHeaders(503, text.length);
                exchange.getResponseBody().write(text);
            } else {
                exchange.sendResponseHeaders(200, content.length);
                exchange.getResponseBody().write(content);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
