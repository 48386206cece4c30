package clamd.vproxy.supervisor.daemon.systemd;

import clamd.vproxy.supervisor.connections.listen.ListenerStore;
import clamd.vproxy.supervisor.connections.vsock.Descriptors;
import java.io.FileDescriptor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the listening sockets that systemd hands over to this daemon (sd_listen_fds(3)), from its
 * socket unit or from an earlier run, and stores new ones in systemd ({@code FDSTORE} in
 * sd_notify(3)). Thread-safe, guarded by itself.
 */
final class DescriptorStore implements ListenerStore {
    private static final Logger log = LoggerFactory.getLogger(DescriptorStore.class);

    /** The number of the first descriptor (SD_LISTEN_FDS_START). */
    private static final int FIRST = 3;

    private final Map<String, List<Integer>> handedOver;
    private final boolean keeps;
    private final Notifier systemd;

    /** Sends a message to systemd. */
    @FunctionalInterface
    interface Notifier {
        void send(String message, Optional<FileDescriptor> listener);
    }

    private DescriptorStore(
            Map<String, List<Integer>> handedOver, boolean keeps, Notifier systemd) {
        this.handedOver = handedOver;
        this.keeps = keeps;
        this.systemd = systemd;
    }

    /**
     * Reads the environment of this process.
     *
     * @param environment {@code LISTEN_FDS}, {@code LISTEN_PID}, {@code LISTEN_FDNAMES}, and {@code
     *     FDSTORE}, the number of descriptors that systemd stores
     * @param pid this process's ID
     * @param systemd receives the descriptors to store
     */
    static DescriptorStore of(Map<String, String> environment, long pid, Notifier systemd) {
        return new DescriptorStore(
                handedOver(environment, pid),
                number(environment, "FDSTORE") > 0
                        && !environment.getOrDefault("NOTIFY_SOCKET", "").isEmpty(),
                systemd);
    }

    private static Map<String, List<Integer>> handedOver(
            Map<String, String> environment, long pid) {
        Map<String, List<Integer>> found = new HashMap<>();
        int count = number(environment, "LISTEN_FDS");
        // no descriptors, or variables inherited from a parent that they were meant for
        if (count == 0 || !environment.getOrDefault("LISTEN_PID", "").equals(Long.toString(pid))) {
            return found;
        }
        String[] names = environment.getOrDefault("LISTEN_FDNAMES", "").split(":", -1);
        for (int i = 0; i < count; i++) {
            String name = i < names.length ? names[i] : "unknown";
            found.computeIfAbsent(name, _ -> new ArrayList<>()).add(FIRST + i);
        }
        return found;
    }

    private static int number(Map<String, String> environment, String variable) {
        String text = environment.getOrDefault(variable, "0");
        if (text.matches("[0-9]{1,6}")) {
            return Integer.parseInt(text);
        }
        log.warn("{} is \"{}\", which is no number of descriptors", variable, text);
        return 0;
    }

    @Override
    public boolean keeps() {
        return keeps;
    }

    @Override
    public synchronized List<Integer> take(String name) {
        List<Integer> taken = handedOver.remove(name);
        return taken == null ? List.of() : List.copyOf(taken);
    }

    @Override
    public void keep(String name, FileDescriptor listener) {
        if (keeps) {
            systemd.send("FDSTORE=1\nFDNAME=" + name, Optional.of(listener));
        }
    }

    @Override
    public void forget(String name) {
        if (keeps) {
            systemd.send("FDSTOREREMOVE=1\nFDNAME=" + name, Optional.empty());
        }
    }

    @Override
    public synchronized void dropUntaken() {
        handedOver.forEach((name, numbers) -> {
            log.info(
                    "{} sockets \"{}\" that systemd handed over are not used",
                    numbers.size(),
                    name);
            numbers.forEach(DescriptorStore::close);
            forget(name);
        });
        handedOver.clear();
    }

    private static void close(int number) {
        try {
            Descriptors.close(number);
        } catch (IOException e) {
            log.debug("closing descriptor {}", number, e);
        }
    }
}
