package clamd.vproxy.supervisor.connections.vsock;

import java.lang.reflect.Field;
import java.util.Map;
import org.newsclub.net.unix.AFSocketAddress;

/** Looks into junixsocket's static map of addresses. */
final class JunixsocketAddresses {
    private JunixsocketAddresses() {}

    /** Returns how many addresses the map holds. */
    static int kept() throws ReflectiveOperationException {
        Field cache = AFSocketAddress.class.getDeclaredField("ADDRESS_CACHE");
        cache.setAccessible(true);
        return leaves(cache.get(null));
    }

    private static int leaves(Object node) {
        return node instanceof Map<?, ?> map
                ? map.values().stream().mapToInt(JunixsocketAddresses::leaves).sum()
                : 1;
    }
}
