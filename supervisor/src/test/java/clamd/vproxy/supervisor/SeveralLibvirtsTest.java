package clamd.vproxy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.testing.FrozenLibvirtd;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.StandInClamd;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.supervisor.testing.TestGuest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A host with more than one libvirt. */
@Tag("libvirt")
@Timeout(60)
class SeveralLibvirtsTest {
    @Test
    void theGuestsOfAllAreServedAndThoseThatHangDelayTheStartTogetherNotInTurn() throws Exception {
        try (TemporaryFolder folder = TemporaryFolder.create();
                StandInClamd clamd = StandInClamd.at(folder.path().resolve("c"));
                FrozenLibvirtd frozen = new FrozenLibvirtd(folder.path())) {
            Stage.Plan plan =
                    Stage.with(clamd.socket())
                            .uris(
                                    frozen.uri(),
                                    node(folder, "a", 3),
                                    frozen.uri() + "&no_verify=1",
                                    node(folder, "b", 4),
                                    frozen.uri() + "&no_tty=1");
            long begun = System.nanoTime();
            try (Stage stage = plan.start();
                    GuestClient a = stage.guest("a").says("zPING\0");
                    GuestClient b = stage.guest("b").says("zPING\0")) {
                Duration start = Duration.ofNanos(System.nanoTime() - begun);
                // 5 s for all of them
                assertThat(start).isLessThan(Duration.ofMillis(9900));
                for (GuestClient client : List.of(a, b)) {
                    try (StandInClamd.Connection connection = clamd.accept()) {
                        // closing with the request unread would be a reset
                        assertThat(connection.reads(6)).isEqualTo("zPING\0");
                        connection.answers("PONG\0");
                    }
                    client.halfCloses();
                }
                assertThat(a.hears()).isEqualTo("PONG\0");
                assertThat(b.hears()).isEqualTo("PONG\0");
            }
        }
    }

    private static String node(TemporaryFolder folder, String guest, long cid) throws Exception {
        return Stage.node(
                folder.path().resolve(guest + ".xml"), List.of(new TestGuest(guest, cid)));
    }
}
