package clamd.vproxy.supervisor.faults;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.commands.demo.ClamdProcess;
import clamd.vproxy.supervisor.commands.demo.ClamdSetup;
import clamd.vproxy.supervisor.commands.demo.Eicar;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A daemon that cannot write one byte to any file: as on a full disk, a write to the state file
 * fails, here with EFBIG, for which nobody has to be root.
 */
@Tag("libvirt")
@Tag("clamd")
@Timeout(300)
class FullDiskTest {
    @Test
    void aFullDiskIsReportedOnceAndLosesNoScanOrEarlierRecord() throws Exception {
        try (TemporaryFolder folder = TemporaryFolder.create();
                ClamdProcess clamd =
                        new ClamdProcess(
                                        ClamdSetup.in(folder.path().resolve("c")), System::nanoTime)
                                .start(Duration.ofSeconds(60))) {
            Path state = folder.path().resolve("usage.json");
            try (RealDaemon daemon = RealDaemon.start(folder.path(), List.of(), clamd.socket())) {
                scan(daemon);
                assertThat(daemon.process().stop()).isZero();
            }
            assertThat(state).content().contains("\"scans\":1");

            try (RealDaemon daemon = RealDaemon.start(folder.path(), List.of(), clamd.socket())) {
                // the JVM itself writes files while it starts
                daemon.limit("fsize", 0);
                scan(daemon);
                scan(daemon);
                String warning = daemon.process().awaitLog("File too large");
                assertThat(warning).contains(" WARN ").contains(state.toString());
                assertThat(daemon.process().stop()).isZero();
                assertThat(daemon.process().log()).noneMatch(line -> line.contains(" ERROR "));
            }
            // nothing more could be written, and nothing was lost of what there was
            assertThat(state).content().contains("\"scans\":1");

            try (RealDaemon daemon = RealDaemon.start(folder.path(), List.of(), clamd.socket())) {
                scan(daemon);
                assertThat(daemon.process().stop()).isZero();
            }
            assertThat(state).content().contains("\"scans\":2");
        }
    }

    private static void scan(RealDaemon daemon) throws Exception {
        try (GuestClient client = daemon.guest("a").streams(Eicar.bytes())) {
            assertThat(client.hears()).endsWith(" FOUND\0");
        }
    }
}
