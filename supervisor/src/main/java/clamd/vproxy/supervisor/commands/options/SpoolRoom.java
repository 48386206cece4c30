package clamd.vproxy.supervisor.commands.options;

import clamd.vproxy.worker.clamd.conf.ClamdConf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What the file systems of clamd's temporary directories have room for. Static functions only. */
final class SpoolRoom {
    /** The other half is for what clamd unpacks, and for other programs. */
    private static final int PART = 2;

    private SpoolRoom() {}

    /**
     * Half of what is free now on all file systems that have the temporary directory of a clamd.
     *
     * @return empty if the directory of one of them is not known or not seen from here
     */
    static OptionalLong half(List<ConfiguredClamd> clamds) {
        Map<Object, Long> free = new HashMap<>();
        for (ConfiguredClamd clamd : clamds) {
            Optional<Path> directory = clamd.conf().map(ClamdConf::temporaryDirectory);
            if (directory.isEmpty() || !Files.isDirectory(directory.get())) {
                return OptionalLong.empty();
            }
            try {
                // by statvfs(3), which needs no mount point that this process sees
                Object device = Files.getAttribute(directory.get(), "unix:dev");
                free.put(device, directory.get().toFile().getUsableSpace());
            } catch (IOException _) {
                return OptionalLong.empty();
            }
        }
        long sum = free.values().stream().mapToLong(Long::longValue).sum();
        return OptionalLong.of(Math.max(1, sum / PART));
    }
}
