package clamd.vproxy.hooks.install;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/** A named pipe. */
final class Bell {
    private Bell() {}

    /** Makes one with nobody at either end. */
    static Path make(Path path) throws Exception {
        Process process = new ProcessBuilder("mkfifo", path.toString()).inheritIO().start();
        assertThat(process.waitFor()).isZero();
        return path;
    }

    /** Keeps one open, as a supervisor does for as long as it lives. */
    static RandomAccessFile open(Path path) throws IOException {
        return new RandomAccessFile(path.toFile(), "rw");
    }
}
