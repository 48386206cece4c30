package clamd.vproxy.worker;

import clamd.vproxy.worker.testing.WorkerRig;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What the tests of workers over real sockets share: a rig that must be empty after each test. */
abstract class WorkerFixture {
    static final String END = "\0\0\0\0";

    WorkerRig rig;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        rig = new WorkerRig(folder, 1000);
    }

    @AfterEach
    void nothingIsLeftOver() throws IOException {
        rig.close();
    }
}
