package clamd.vproxy.supervisor.commands.options;

import clamd.vproxy.worker.clamd.conf.ClamdConf;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What the file systems of clamd's temporary directories have room for. Static functions only. */
final class SpoolRoom {
    /** The other half is for what clamd unpacks, and for other programs. */
    private static final int PART = 2;

    private SpoolRoom() {}

    /**
     * Half of what is free now on the file system that has the temporary directory of a clamd, the
     * fullest one if there are several: a stream may go to any of them.
     *
     * @return empty if the directory of one of them is not known or not seen from here, as on
     *     another host
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
            // by statvfs(3), which needs no mount point that this process sees
            least = Math.min(least, directory.get().toFile().getUsableSpace());
        }
        return clamds.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Math.max(1, least / PART));
    }
}
