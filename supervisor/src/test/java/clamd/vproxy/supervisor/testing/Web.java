package clamd.vproxy.supervisor.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import clamd.vproxy.supervisor.base.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Asks an HTTP server byte for byte, one connection for each request. Static functions only. */
public final class Web {
    private static final int LIMIT_MILLIS = 30_000;

    private Web() {}

    /**
     * An answer. Immutable.
     *
     * @param headers by their names in small letters
     */
    public record Answer(int status, Map<String, String> headers, String body) {}

    /** The answer to a GET with these further header lines. */
    public static Answer get(URI page, String... headers) throws IOException {
        return ask("GET", page, headers);
    }

    /** The answer to a request with this method and these further header lines. */
    public static Answer ask(String method, URI page, String... headers) throws IOException {
        String target =
                page.getRawPath() + (page.getRawQuery() == null ? "" : "?" + page.getRawQuery());
        String host =
                List.of(headers).stream().anyMatch(each -> each.startsWith("Host:"))
                        ? ""
                        : "Host: localhost\r\n";
        String more =
                List.of(headers).stream().map(each -> each + "\r\n").collect(Collectors.joining());
        return raw(
                page,
                method
                        + " "
                        + target
                        + " HTTP/1.1\r\n"
                        + host
                        + more
                        + "Connection: close\r\n\r\n");
    }

    /** The answer to these bytes. */
    public static Answer raw(URI page, String request) throws IOException {
        try (Socket socket = connect(page)) {
            socket.getOutputStream().write(request.getBytes(UTF_8));
            InputStream in = socket.getInputStream();
            return parse(new String(in.readAllBytes(), UTF_8));
        }
    }

    /** A connection to the server of this page, whose reads wait for half a minute. */
    public static Socket connect(URI page) throws IOException {
        Socket socket = new Socket(page.getHost(), page.getPort());
        socket.setSoTimeout(LIMIT_MILLIS);
        return socket;
    }

    /** The JSON document there, read as {@code kind}. */
    public static <T> T json(URI page, Class<T> kind) throws IOException {
        return Json.read(get(page).body(), kind);
    }

    private static Answer parse(String text) throws IOException {
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            throw new IOException("no answer but \"" + text + "\"");
        }
        List<String> lines = text.substring(0, end).lines().toList();
        return new Answer(
                Integer.parseInt(lines.getFirst().split(" ", -1)[1]),
                lines.stream()
                        .skip(1)
                        .collect(
                                Collectors.toMap(
                                        line ->
                                                line.substring(0, line.indexOf(':'))
                                                        .toLowerCase(Locale.ROOT),
                                        line -> line.substring(line.indexOf(':') + 1).trim())),
                text.substring(end + 4));
    }
}
