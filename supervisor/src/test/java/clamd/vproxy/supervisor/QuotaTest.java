package clamd.vproxy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.LogTap.Line;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.StandInClamd;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many connections a guest may have, and what becomes of those above. */
@Tag("libvirt")
@Timeout(60)
class QuotaTest {
    private TemporaryFolder folder;
    private StandInClamd clamd;

    @BeforeEach
    void startClamd() throws Exception {
        folder = TemporaryFolder.create();
        clamd = StandInClamd.at(folder.path().resolve("c"));
    }

    @AfterEach
    void stopClamd() throws Exception {
        clamd.close();
        folder.close();
    }

    /** Answers a PING whose session has reached clamd. */
    private void pong() throws Exception {
        try (StandInClamd.Connection connection = clamd.accept()) {
            assertThat(connection.reads(6)).isEqualTo("zPING\0");
            connection.answers("PONG\0");
        }
    }

    private static void assertRefused(Line line, String domain, String termination) {
        assertThat(line.value("domain")).isEqualTo(domain);
        assertThat(line.value("verdict")).isEqualTo("refused");
        assertThat(line.value("termination")).isEqualTo(termination);
    }

    @Test
    void aConnectionAboveTheQuotaIsServedWhenOneEnds() throws Exception {
        try (Stage stage = Stage.with(clamd.socket()).defaults("\"maxConnections\": 1").start();
                GuestClient first = stage.guest("a").says("zPING\0");
                StandInClamd.Connection held = clamd.accept();
                GuestClient second = stage.guest("a").says("nPING\n")) {
            held.answers("PONG\0");
            assertThat(first.hears()).isEqualTo("PONG\0");
            first.leaves();
            pong();
            assertThat(second.hears()).isEqualTo("PONG\n");
        }
    }

    @Test
    void aConnectionAboveTheQuotaWaitsForTheQueueTimeoutThenIsRefused() throws Exception {
        Stage.Plan plan =
                Stage.with(clamd.socket())
                        .defaults("\"maxConnections\": 1, \"queueTimeout\": \"1s\"");
        try (Stage stage = plan.start();
                GuestClient first = stage.guest("a").says("zPING\0");
                StandInClamd.Connection held = clamd.accept()) {
            try (GuestClient second = stage.guest("a").says("zINSTREAM\0")) {
                assertThat(second.hears()).isEqualTo("Connection quota exceeded. ERROR\0");
            }
            Line line = stage.sessions().next();
            assertRefused(line, "a", "quota");
            assertThat(Long.parseLong(line.value("queue_ms"))).isGreaterThanOrEqualTo(1000);

            held.answers("PONG\0");
            assertThat(first.hears()).isEqualTo("PONG\0");
        }
    }

    @Test
    void aFullQueueRefusesAtOnceAndAnotherGuestIsServed() throws Exception {
        Stage.Plan plan =
                Stage.with(clamd.socket())
                        .defaults("\"maxConnections\": 1, \"maxWaitingConnections\": 1");
        try (Stage stage = plan.start();
                GuestClient first = stage.guest("a").says("zPING\0");
                StandInClamd.Connection held = clamd.accept();
                GuestClient waiting = stage.guest("a").says("zPING\0")) {
            try (GuestClient third = stage.guest("a").says("nPING\n")) {
                assertThat(third.hears()).isEqualTo("Connection quota exceeded. ERROR\n");
            }
            assertRefused(stage.sessions().next(), "a", "quota");

            try (GuestClient other = stage.guest("b").says("zPING\0")) {
                pong();
                assertThat(other.hears()).isEqualTo("PONG\0");
            }
            held.answers("PONG\0");
            assertThat(first.hears()).isEqualTo("PONG\0");
            first.leaves();
            pong();
            assertThat(waiting.hears()).isEqualTo("PONG\0");
        }
    }

    @Test
    void twoGuestsAtOnceKeepToTheirOwnQuotas() throws Exception {
        Stage.Plan plan =
                Stage.with(clamd.socket())
                        .policy(
                                """
                                {"version": 1,
                                 "defaults": {"maxWaitingConnections": 0},
                                 "rules": [{"match": {"name": "a"}, "maxConnections": 1},
                                           {"match": {"name": "b"}, "maxConnections": 2}]}
                                """);
        try (Stage stage = plan.start();
                GuestClient a = stage.guest("a").says("zPING\0");
                StandInClamd.Connection heldForA = clamd.accept();
                GuestClient b1 = stage.guest("b").says("zPING\0");
                StandInClamd.Connection heldForB1 = clamd.accept();
                GuestClient b2 = stage.guest("b").says("zPING\0");
                StandInClamd.Connection heldForB2 = clamd.accept()) {
            for (String guest : List.of("a", "b")) {
                try (GuestClient tooMany = stage.guest(guest).says("zPING\0")) {
                    assertThat(tooMany.hears()).isEqualTo("Connection quota exceeded. ERROR\0");
                }
                assertRefused(stage.sessions().next(), guest, "quota");
            }
            heldForA.answers("PONG\0");
            heldForB1.answers("PONG\0");
            heldForB2.answers("PONG\0");
            assertThat(a.hears() + b1.hears() + b2.hears()).isEqualTo("PONG\0PONG\0PONG\0");
        }
    }

    @Test
    void aDeniedGuestIsRefusedAndTheLogNamesTheRule() throws Exception {
        Stage.Plan plan =
                Stage.with(clamd.socket())
                        .policy(
                                """
                                {"version": 1, "rules": [{"match": {"cid": 3}, "deny": true}]}
                                """);
        try (Stage stage = plan.start()) {
            try (GuestClient client = stage.guest("a").says("zPING\0")) {
                assertThat(client.hears()).isEqualTo("Guest not allowed. ERROR\0");
            }
            Line line = stage.sessions().next();
            assertRefused(line, "a", "guest-denied");
            assertThat(line.value("rule")).startsWith("rules[0]@").endsWith(":1");
        }
    }

    @Test
    void aGuestThatHoldsTheWholeHostWithIdleConnectionsGivesWayToAnother() throws Exception {
        Stage.Plan plan =
                Stage.with(clamd.socket())
                        .hostMaxConnections(20)
                        .defaults("\"maxConnections\": 40, \"maxWaitingConnections\": 40");
        try (Stage stage = plan.start();
                Clients greedy = new Clients()) {
            for (int i = 0; i < 19; i++) {
                greedy.add(stage.guest("a"));
            }
            greedy.add(stage.guest("a").says("zPING\0"));
            // the last of them has got there, so all of them have
            StandInClamd.Connection held = clamd.accept();
            try (GuestClient other = stage.guest("b").says("zPING\0")) {
                pong();
                assertThat(other.hears()).isEqualTo("PONG\0");
            }
            Line line = stage.sessions().find(each -> each.value("domain").equals("b"));
            assertThat(line.value("verdict")).isEqualTo("answered");
            greedy.leave();
            held.close();
            assertRefused(
                    stage.sessions().find(each -> each.value("termination").equals("host-limit")),
                    "a",
                    "host-limit");
        }
    }

    @Test
    void aGreedyGuestIsRefusedItselfWhenTheHostIsFull() throws Exception {
        Stage.Plan plan =
                Stage.with(clamd.socket())
                        .hostMaxConnections(5)
                        .defaults("\"maxConnections\": 40, \"maxWaitingConnections\": 40");
        try (Stage stage = plan.start();
                Clients greedy = new Clients()) {
            for (int i = 0; i < 5; i++) {
                greedy.add(stage.guest("a"));
            }
            try (GuestClient sixth = stage.guest("a").says("zPING\0")) {
                assertThat(sixth.hears())
                        .isEqualTo("Connection limit of the host exceeded. ERROR\0");
            }
            assertRefused(stage.sessions().next(), "a", "host-limit");
        }
    }

    /** Connections to be closed together. */
    private static final class Clients implements AutoCloseable {
        private final List<GuestClient> all = new ArrayList<>();

        void add(GuestClient client) {
            all.add(client);
        }

        void leave() throws IOException {
            for (GuestClient client : all) {
                client.leaves();
            }
        }

        @Override
        public void close() throws IOException {
            leave();
        }
    }
}
