package clamd.vproxy.supervisor.reports.http;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Checks the host that a request was meant for. A foreign page, in a browser that can reach our
 * loopback address, could have its own name resolve to that address and then read our answers: the
 * browser would take both for one site. Only the header tells. Static function only.
 */
final class HostHeader {
    private HostHeader() {}

    /** Whether it names no site that could be a stranger's: an IP address, localhost or nothing. */
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
