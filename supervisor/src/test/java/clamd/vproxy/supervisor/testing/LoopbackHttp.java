package clamd.vproxy.supervisor.testing;

import clamd.vproxy.supervisor.reports.http.StatusServer;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** HTTP servers of tests. Static functions only. */
public final class LoopbackHttp {
    private LoopbackHttp() {}

    /**
     * A server on a free port, not started. The JDK reads the limits of all its servers when the
     * first is made, so {@link StatusServer} sets its own before, whichever test comes first.
     */
    public static HttpServer server() throws IOException {
        try {
            MethodHandles.publicLookup().ensureInitialized(StatusServer.class);
        } catch (IllegalAccessException e) {
            throw new AssertionError("it is public", e);
        }
        return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }
}
