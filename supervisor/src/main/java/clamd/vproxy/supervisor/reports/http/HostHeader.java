package clamd.vproxy.supervisor.reports.http;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Checks the host that a request was meant for. A foreign page, in a browser that can reach the
 * daemon's loopback address, could make its own name resolve to that address and then read the
 * daemon's answers, because the browser would consider both the same site (DNS rebinding). Only
 * this header shows the difference. Static function only.
 */
final class HostHeader {
    private HostHeader() {}

    /**
     * Whether the header cannot name a foreign site: it has an IP address, localhost or nothing.
     */
    static boolean isLocal(@Nullable String header) {
        if (header == null) {
            return true;
        }
        String host = header.replaceFirst(":\\d*$", "");
        return host.equalsIgnoreCase("localhost") || isAddress(host);
    }

    private static boolean isAddress(String host) {
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        try {
            InetAddress _ =
                    InetAddress.ofLiteral(bracketed ? host.substring(1, host.length() - 1) : host);
            return bracketed == host.contains(":");
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
