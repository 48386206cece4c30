package clamd.vproxy.supervisor.commands.options;

import clamd.vproxy.worker.clamd.conf.ClamdConf;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Computes the space for streams on the file systems of clamd's temporary directories. Static
 * functions only.
 */
final class SpoolRoom {
    /**
     * The divisor of the free space; the other half is for files that clamd unpacks, and for other
     * programs.
     */
    private static final int PART = 2;

    private SpoolRoom() {}

    /**
     * Returns half of the free space on the file system with a clamd's temporary directory. With
     * several clamds, the fullest file system counts, because a stream may go to any of them.
     *
     * @return the bytes; empty if the directory of one of them is unknown or not visible here, as
     *     on another host
     */
    static OptionalLong half(List<ConfiguredClamd> clamds) {
        long least = Long.MAX_VALUE;
        for (ConfiguredClamd clamd : clamds) {
            Optional<Path> directory = clamd.conf().map(ClamdConf::temporaryDirectory);
            if (clamd.endpoint().isRemote()
                    || directory.isEmpty()
                    || !Files.isDirectory(directory.get())) {
                return OptionalLong.empty();
            }
            // by statvfs(3), which does not require that this process sees the mount point
            least = Math.min(least, directory.get().toFile().getUsableSpace());
        }
        return clamds.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Math.max(1, least / PART));
    }
}
