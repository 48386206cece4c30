package clamd.vproxy.supervisor.sources.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import clamd.vproxy.supervisor.base.threads.SystemClock;
import clamd.vproxy.supervisor.guests.GuestRegistry;
import clamd.vproxy.supervisor.guests.RecordedNews;
import clamd.vproxy.supervisor.guests.RegistryWriter;
import clamd.vproxy.supervisor.testing.FrozenLibvirtd;
import clamd.vproxy.supervisor.testing.LogTap;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** libvirt's own client code against a socket that lets everybody connect and never says a word. */
@Tag("libvirt")
class FrozenDaemonTest {
    private static final Duration GENEROUS = Duration.ofSeconds(30);

    private static List<Thread> attempts() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("libvirt-open"))
                .toList();
    }

    @Test
    void hangingConnectAttemptsAreAbandonedAndEndWithTheDaemon(@TempDir Path folder)
            throws Exception {
        NativeLibvirt libvirt = NativeLibvirt.load();
        LibvirtTiming timing =
                new LibvirtTiming(
                        Duration.ofHours(1),
                        Duration.ofMillis(1),
                        Duration.ofMillis(4),
                        Duration.ofMillis(20));
        try (LogTap log = LogTap.on(LibvirtWatcher.class.getPackageName(), Level.DEBUG);
                RegistryWriter writer = new RegistryWriter(new GuestRegistry(new RecordedNews()))) {
            List<Thread> hanging;
            try (FrozenLibvirtd daemon = new FrozenLibvirtd(folder);
                    LibvirtWatcher watcher =
                            new LibvirtWatcher(
                                    libvirt,
                                    daemon.uri(),
                                    writer,
                                    timing,
                                    SystemClock::nanoTime,
                                    SystemClock.utc())) {
                log.await("no answer to an attempt to connect within 20 ms");
                log.await("3 attempts to connect hang");
                hanging = attempts();
                assertThat(hanging).hasSizeLessThanOrEqualTo(ConnectionOpener.MOST_ATTEMPTS);
                assertThat(watcher.state().connected()).isFalse();
            }
            for (Thread thread : hanging) {
                assertThat(thread.join(GENEROUS)).isTrue();
            }
            assertThat(attempts()).isEmpty();
        }
    }
}
