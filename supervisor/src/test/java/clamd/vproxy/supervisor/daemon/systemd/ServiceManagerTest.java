package clamd.vproxy.supervisor.daemon.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.testing.StandInSystemd;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ServiceManagerTest {
    private static final long PID = 4711;

    private TemporaryFolder folder;
    private StandInSystemd systemd;

    @BeforeEach
    void listen() throws Exception {
        folder = TemporaryFolder.create();
        systemd = StandInSystemd.at(folder.path().resolve("notify"));
    }

    @AfterEach
    void close() throws Exception {
        systemd.close();
        folder.close();
    }

    private ServiceManager manager() {
        return ServiceManager.of(
                systemd.environment(), PID, () -> TimeUnit.MICROSECONDS.toNanos(1234));
    }

    @Test
    void aServicesLifeIsReportedInItsOrder() throws Exception {
        try (ServiceManager manager = manager()) {
            manager.waiting("waits for clamd since noon", Duration.ofSeconds(10));
            assertThat(systemd.hears())
                    .isEqualTo("STATUS=waits for clamd since noon\nEXTEND_TIMEOUT_USEC=40000000");
            manager.ready("serving 0 guests");
            assertThat(systemd.hears()).isEqualTo("READY=1\nSTATUS=serving 0 guests");
            manager.status("serving 1 guests");
            assertThat(systemd.hears()).isEqualTo("STATUS=serving 1 guests");
            assertThat(manager.reload(() -> "swapped")).isEqualTo("swapped");
            assertThat(systemd.hears()).isEqualTo("RELOADING=1\nMONOTONIC_USEC=1234");
            assertThat(systemd.hears()).isEqualTo("READY=1");
            manager.stopping(Duration.ofSeconds(30));
            assertThat(systemd.hears())
                    .isEqualTo("STOPPING=1\nSTATUS=stopping\nEXTEND_TIMEOUT_USEC=60000000");
        }
    }

    @Test
    void aReloadThatFailsIsOverToo() throws Exception {
        try (ServiceManager manager = manager()) {
            manager.ready("");
            try {
                manager.reload(() -> {
                    throw new IllegalStateException("a defect");
                });
            } catch (IllegalStateException _) {
                // expected
            }
            assertThat(systemd.heard())
                    .containsExactly(
                            "READY=1\nSTATUS=", "RELOADING=1\nMONOTONIC_USEC=1234", "READY=1");
        }
    }

    @Test
    void aReloadWhileTheServiceStartsOrStopsDoesNotMakeItReady() throws Exception {
        try (ServiceManager manager = manager()) {
            manager.reload(() -> 1);
            assertThat(systemd.heard()).isEmpty();
            manager.ready("");
            manager.stopping(Duration.ZERO);
            manager.reload(() -> 1);
            manager.ready("");
            manager.status("serving");
            assertThat(systemd.heard()).hasSize(2);
        }
    }

    @Test
    void theSameStatusIsReportedOnce() throws Exception {
        try (ServiceManager manager = manager()) {
            manager.ready("serving");
            manager.status("serving");
            assertThat(systemd.heard()).containsExactly("READY=1\nSTATUS=serving");
        }
    }

    @Test
    void anAbstractAddressBeginsWithAnAtSign() throws Exception {
        String name = "clamd-vproxy-test-" + ProcessHandle.current().pid();
        try (StandInSystemd listener = StandInSystemd.abstractly(name);
                ServiceManager manager = ServiceManager.of(listener.environment(), PID, () -> 0)) {
            manager.ready("");
            assertThat(listener.hears()).startsWith("READY=1");
        }
    }

    @Test
    void withoutASocketNothingIsDone() {
        try (ServiceManager manager = ServiceManager.of(Map.of(), PID, () -> 0)) {
            assertThat(manager.listens()).isFalse();
            manager.ready("");
            assertThat(manager.reload(() -> 1)).isEqualTo(1);
            manager.stopping(Duration.ZERO);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"relative", "vsock:2:1234", "/" + "x", "@"})
    void anAddressThatNobodyListensAtHarmsNothing(String address) {
        try (ServiceManager manager =
                ServiceManager.of(Map.of("NOTIFY_SOCKET", address), PID, () -> 0)) {
            manager.ready("");
            manager.status("serving");
        }
    }

    @Test
    void aWatchdogIsFedOnlyIfItIsMeantForThisProcess() {
        assertThat(watchdog(systemd.environment(60_000_000, PID))).isEqualTo("PT1M");
        assertThat(watchdog(systemd.environment(60_000_000, PID + 1))).isEqualTo("none");
        assertThat(watchdog(systemd.environment())).isEqualTo("none");
        Map<String, String> odd = new HashMap<>(systemd.environment());
        for (String microseconds : new String[] {"", "0", "-1", "soon", "9223372036854775807"}) {
            odd.put("WATCHDOG_USEC", microseconds);
            assertThat(watchdog(odd)).isEqualTo("none");
        }
    }

    private static String watchdog(Map<String, String> environment) {
        try (ServiceManager manager = ServiceManager.of(environment, PID, () -> 0)) {
            return manager.watchdog().map(Duration::toString).orElse("none");
        }
    }
}
