package clamd.vproxy.worker;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.session.Session;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.testing.Eventually;
import clamd.vproxy.worker.testing.SocketRig;
import clamd.vproxy.worker.testing.TestGuest;
import clamd.vproxy.worker.testing.TestLimits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class RefusalLaneTest {
    private static final String QUOTA = "Connection quota exceeded. ERROR";

    @TempDir Path folder;
    private SocketRig rig;
    private final List<SessionResult> results = new CopyOnWriteArrayList<>();
    private final RefusalLane lane = new RefusalLane("lane#refusing", results::add);

    @BeforeEach
    void start() {
        rig = new SocketRig(folder, folder.resolve("none.ctl").toString());
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void connectionsAreRefusedInTurnAndThenTheThreadEnds() throws Exception {
        List<TestGuest> guests = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            guests.add(refuse(lane, i).send(i % 2 == 0 ? "zPING\0" : "nPING\n"));
        }
        for (int i = 0; i < 10; i++) {
            assertThat(guests.get(i).receiveAllAndClose())
                    .isEqualTo(QUOTA + (i % 2 == 0 ? "\0" : "\n"));
        }
        Eventually.noThreadIsLeft("lane#");
        assertThat(results)
                .extracting(SessionResult::session)
                .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
        assertThat(results).allMatch(result -> result.termination() == Termination.QUOTA);
    }

    @Test
    void aLaneThatEndedBeginsAnew() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(refuse(lane, i).send("zPING\0").receiveAllAndClose())
                    .isEqualTo(QUOTA + "\0");
            Eventually.noThreadIsLeft("lane#");
        }
        assertThat(results).hasSize(3);
    }

    @Test
    void aConnectionThatFindsTheLaneFullIsRefusedAtOnce() throws Exception {
        List<TestGuest> guests = new ArrayList<>();
        for (int i = 0; i < 70; i++) {
            guests.add(refuse(lane, i));
        }
        // 64 may be pending, and one is being refused, or a few more if this machine is slow
        assertThat(results.stream().filter(RefusalLaneTest::wasAbandoned).count())
                .isBetween(1L, 6L);
        assertThat(guests.getLast().receiveAll()).isEqualTo(QUOTA + "\n");
        guests.forEach(TestGuest::close);
        Eventually.holds("all results", () -> results.size() == 70);
        Eventually.noThreadIsLeft("lane#");
    }

    @Test
    void aResultThatCannotBeHandedOnDoesNotStopTheLane() throws Exception {
        RefusalLane faulty =
                new RefusalLane(
                        "faulty#refusing",
                        result -> {
                            results.add(result);
                            throw new IllegalStateException("a defect");
                        });
        for (int i = 0; i < 3; i++) {
            assertThat(refuse(faulty, i).send("zPING\0").receiveAllAndClose())
                    .isEqualTo(QUOTA + "\0");
        }
        Eventually.noThreadIsLeft("faulty#");
        assertThat(results).hasSize(3);
    }

    private static boolean wasAbandoned(SessionResult result) {
        return result.detail().orElse("").equals("closed without waiting for the guest");
    }

    private TestGuest refuse(RefusalLane by, long number) {
        TestGuest guest = TestGuest.connect(folder);
        Session session = rig.session(number, guest, "guest", TestLimits.limits().build());
        by.refuse(session, Termination.QUOTA);
        return guest;
    }
}
