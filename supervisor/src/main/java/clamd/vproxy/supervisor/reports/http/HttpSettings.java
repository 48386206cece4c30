package clamd.vproxy.supervisor.reports.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address and port of the HTTP server. Immutable.
 *
 * @param address a numeric address of this host
 * @param port 1 to 65535, or 0 for any that is free
 */
public record HttpSettings(InetAddress address, int port) {
    private static final Pattern ADDRESS_AND_PORT =
            Pattern.compile("(?<address>\\[[^\\]]+\\]|[^:\\[\\]]+):(?<port>\\d{1,5})");

    private static final int HIGHEST_PORT = 65_535;

    /**
     * Reads {@code 127.0.0.1:9810}, {@code [::1]:9810} or {@code localhost:9810}. Other names are
     * not resolved, so that access to the server does not depend on a name server.
     *
     * @throws IllegalArgumentException with a message for the operator, if the text is none of
     *     these
     */
    public static HttpSettings parse(String text) {
        Matcher matcher = ADDRESS_AND_PORT.matcher(text);
        if (!matcher.matches()) {
            throw wrong(text, "is not ADDRESS:PORT, such as 127.0.0.1:9810 or [::1]:9810");
        }
        int port = Integer.parseInt(matcher.group("port"));
        if (port < 1 || port > HIGHEST_PORT) {
            throw wrong(text, "has a port that is not between 1 and 65535");
        }
        String address = matcher.group("address").replaceAll("[\\[\\]]", "");
        try {
            return new HttpSettings(
                    InetAddress.ofLiteral(address.equals("localhost") ? "127.0.0.1" : address),
                    port);
        } catch (IllegalArgumentException e) {
            throw wrong(text, "does not begin with an IP address", e);
        }
    }

    private static IllegalArgumentException wrong(String text, String why, Throwable... cause) {
        return new IllegalArgumentException(
                "\"" + text + "\" " + why, cause.length == 0 ? null : cause[0]);
    }

    /** Whether only this host can reach it. */
    public boolean isLoopback() {
        return address.isLoopbackAddress();
    }

    InetSocketAddress socketAddress() {
        return new InetSocketAddress(address, port);
    }

    @Override
    public String toString() {
        String host = address.getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
