package clamd.vproxy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.reports.control.ControlReply;
import clamd.vproxy.supervisor.reports.control.ControlRequest.OfGuest;
import clamd.vproxy.supervisor.reports.control.ControlRequest.OfGuests;
import clamd.vproxy.supervisor.reports.control.ControlRequest.OfSession;
import clamd.vproxy.supervisor.reports.control.ControlRequest.Plain;
import clamd.vproxy.supervisor.reports.status.DaemonStatus;
import clamd.vproxy.supervisor.reports.status.GuestView;
import clamd.vproxy.supervisor.reports.status.OpenSession;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.StandInClamd;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.worker.testing.Eventually;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an administrator sees and does over the control socket of a real daemon. */
@Tag("libvirt")
@Timeout(60)
class AdministrationTest {
    private static final String DRAINED = "Service closed for maintenance. ERROR\0";

    private TemporaryFolder folder;
    private StandInClamd clamd;
    private Stage stage;

    @BeforeEach
    void startDaemon() throws Exception {
        folder = TemporaryFolder.create();
        clamd = StandInClamd.at(folder.path().resolve("c"));
        stage = Stage.with(clamd.socket()).start();
    }

    @AfterEach
    void stopDaemon() throws Exception {
        stage.close();
        clamd.close();
        folder.close();
    }

    private ControlReply.Admission orders(String command, String guest) throws Exception {
        return stage.asks(new OfGuests(command, guest, null, false), ControlReply.Admission.class);
    }

    private ControlReply.Admission ordersAll(String command) throws Exception {
        return stage.asks(new OfGuests(command, null, null, true), ControlReply.Admission.class);
    }

    private List<OpenSession> sessions() throws Exception {
        return stage.asks(new OfGuest("sessions", null), ControlReply.Sessions.class).sessions();
    }

    private String pings(String guest) throws Exception {
        try (GuestClient client = stage.guest(guest).says("zPING\0")) {
            return client.hears();
        }
    }

    private void answersPing() throws Exception {
        try (StandInClamd.Connection connection = clamd.accept()) {
            assertThat(connection.reads(6)).isEqualTo("zPING\0");
            connection.answers("PONG\0");
        }
    }

    private void assertServed(String guest) throws Exception {
        try (GuestClient client = stage.guest(guest).says("zPING\0")) {
            answersPing();
            assertThat(client.hears()).isEqualTo("PONG\0");
        }
    }

    @Test
    void aGuestThatHasNeverConnectedIsDrainedAndResumed() throws Exception {
        assertThat(orders("drain", "a"))
                .isEqualTo(
                        new ControlReply.Admission(
                                "a",
                                null,
                                stage.asks("guests", ControlReply.Guests.class)
                                        .guests()
                                        .get(0)
                                        .uuid(),
                                "draining",
                                "open",
                                1,
                                0,
                                0));
        assertThat(pings("a")).isEqualTo(DRAINED);
        assertServed("b");
        assertThat(orders("resume", "3").state()).isEqualTo("open");
        assertServed("a");
    }

    @Test
    void aDrainOfAllHoldsBesideThatOfOneAndIsUndoneByItself() throws Exception {
        orders("drain", "a");
        assertThat(ordersAll("drain").state()).isEqualTo("draining");
        DaemonStatus status = stage.asks("status", DaemonStatus.class);
        assertThat(status.state()).isEqualTo("draining");
        assertThat(status.notReady())
                .contains(
                        "accepting: all guests are drained, new connections are refused; undo it by"
                                + " clamd-vproxy resume --all");
        assertThat(pings("a")).isEqualTo(DRAINED);
        assertThat(pings("b")).isEqualTo(DRAINED);
        assertThat(orders("resume", "b"))
                .extracting(ControlReply.Admission::state, ControlReply.Admission::stateOfAll)
                .containsExactly("draining", "draining");

        assertThat(ordersAll("resume").state()).isEqualTo("open");
        assertThat(pings("a")).isEqualTo(DRAINED);
        assertServed("b");
        assertThat(stage.asks("guests", ControlReply.Guests.class).guests())
                .extracting(GuestView::state)
                .containsExactly("draining", "open");
    }

    @Test
    void aConnectionInAPauseIsSeenWaitingAndIsServedAfterIt() throws Exception {
        orders("pause", "a");
        try (GuestClient client = stage.guest("a").says("zPING\0")) {
            Eventually.holds("it waits", () -> sessions().size() == 1);
            OpenSession waiting = sessions().getFirst();
            assertThat(waiting.guest()).isEqualTo("a");
            assertThat(waiting.step()).isEqualTo("queue");
            assertThat(waiting.command()).isNull();
            ControlReply.OneGuest guest =
                    stage.asks(new OfGuest("guest", "a"), ControlReply.OneGuest.class);
            assertThat(guest.guest().state()).isEqualTo("paused");
            assertThat(guest.guest().waiting()).isEqualTo(1);
            assertThat(guest.guest().queued()).isZero();
            assertThat(guest.sessions()).hasSize(1);
            assertThat(orders("resume", "a").state()).isEqualTo("open");
            answersPing();
            assertThat(client.hears()).isEqualTo("PONG\0");
        }
    }

    @Test
    void aReloadLeavesAPauseAsItIs() throws Exception {
        orders("pause", "a");
        Files.writeString(
                stage.folder().resolve("policy.json"),
                "{\"version\": 1, \"defaults\": {\"maxConnections\": 3}}");
        assertThat(stage.line(new Plain("policy reload"))).contains("\"ok\":true");
        ControlReply.OneGuest guest =
                stage.asks(new OfGuest("guest", "a"), ControlReply.OneGuest.class);
        assertThat(guest.guest().state()).isEqualTo("paused");
        assertThat(guest.guest().maxConnections()).isEqualTo(3);
    }

    @Test
    void anUploadIsSeenWithItsBytesAndKilledWithAText() throws Exception {
        try (GuestClient upload = stage.guest("a").says("zINSTREAM\0").chunk(new byte[700]);
                StandInClamd.Connection connection = clamd.accept()) {
            assertThat(connection.reads(714)).hasSize(714);
            OpenSession open = sessions().getFirst();
            assertThat(open.command()).isEqualTo("INSTREAM");
            assertThat(open.step()).isEqualTo("upload");
            assertThat(open.does()).isEqualTo("uploads");
            assertThat(open.bytes()).isEqualTo(700);
            GuestView guest = stage.asks("guests", ControlReply.Guests.class).guests().get(0);
            assertThat(guest.totals().bytes()).isEqualTo(700);
            assertThat(guest.totals().sessions()).isZero();

            OfSession kill = new OfSession("kill", open.session(), null, null);
            assertThat(stage.asks(kill, ControlReply.Kill.class).killed()).isEqualTo(1);
            assertThat(upload.hears()).isEqualTo("Ended by the administrator. ERROR\0");
            upload.leaves();
            assertThat(stage.sessions().next().value("termination")).isEqualTo("killed");
            Eventually.holds("it is gone", () -> sessions().isEmpty());
            assertThat(stage.line(kill))
                    .isEqualTo(
                            "{\"ok\":false,\"error\":\"there is no open session %d\"}"
                                    .formatted(open.session()));
            ControlReply.OneGuest after =
                    stage.asks(new OfGuest("guest", "a"), ControlReply.OneGuest.class);
            assertThat(after.guest().totals().terminations()).containsEntry("killed", 1L);
        }
    }

    @Test
    void allSessionsOfOneGuestAreKilledAndNoneOfAnother() throws Exception {
        try (GuestClient first = stage.guest("a").says("zINSTREAM\0").chunk(new byte[2]);
                StandInClamd.Connection _ = clamd.accept();
                GuestClient second = stage.guest("a").says("zINSTREAM\0").chunk(new byte[2]);
                StandInClamd.Connection _ = clamd.accept();
                GuestClient other = stage.guest("b").says("zINSTREAM\0").chunk(new byte[2]);
                StandInClamd.Connection others = clamd.accept()) {
            ControlReply.Kill reply =
                    stage.asks(new OfSession("kill", null, "a", null), ControlReply.Kill.class);
            assertThat(reply.killed()).isEqualTo(2);
            assertThat(first.hears()).isEqualTo("Ended by the administrator. ERROR\0");
            assertThat(second.hears()).isEqualTo("Ended by the administrator. ERROR\0");
            first.leaves();
            second.leaves();
            other.end();
            assertThat(others.reads(20)).hasSize(20);
            others.answers("stream: OK\0");
            assertThat(other.hears()).isEqualTo("stream: OK\0");
        }
    }

    @Test
    void whatCannotBeDoneIsSaid() throws Exception {
        assertThat(stage.line(new OfGuest("guest", "nobody")))
                .contains("\"ok\":false")
                .contains("no guest that runs has the name, UUID or CID \\\"nobody\\\"");
        assertThat(stage.line(new OfGuests("pause", null, null, false))).contains("name a guest");
        assertThat(stage.line(new OfGuests("pause", "a", null, true))).contains("drop one");
        assertThat(stage.line(new OfSession("kill", null, null, null))).contains("one of them");
        assertThat(stage.line(new OfSession("kill", 1L, "a", null))).contains("one of them");
    }
}
