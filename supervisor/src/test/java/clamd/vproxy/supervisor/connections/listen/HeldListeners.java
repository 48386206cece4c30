package clamd.vproxy.supervisor.connections.listen;

import java.io.FileDescriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.newsclub.net.unix.FileDescriptorCast;

/** Holds duplicates of listening sockets, as systemd does. */
final class HeldListeners implements ListenerStore {
    private final Map<String, List<FileDescriptorCast>> held = new ConcurrentHashMap<>();

    /** The names of the sockets that this store holds. */
    Set<String> names() {
        return held.keySet();
    }

    @Override
    public boolean keeps() {
        return true;
    }

    @Override
    public List<Integer> take(String name) {
        try {
            List<Integer> numbers = new ArrayList<>();
            for (FileDescriptorCast each : held.getOrDefault(name, List.of())) {
                numbers.add(
                        FileDescriptorCast.duplicating(each.getFileDescriptor()).as(Integer.class));
            }
            return numbers;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void keep(String name, FileDescriptor listener) {
        try {
            held.computeIfAbsent(name, _ -> new ArrayList<>())
                    .add(FileDescriptorCast.duplicating(listener));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void forget(String name) {
        held.remove(name);
    }

    @Override
    public void dropUntaken() {
        held.clear();
    }
}
