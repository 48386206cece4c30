package clamd.vproxy.supervisor.connections.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.PolicySet;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.testing.Connections;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.LogTap.Line;
import clamd.vproxy.supervisor.testing.StandInClamd;
import clamd.vproxy.supervisor.testing.TestGuest;
import clamd.vproxy.worker.Admission;
import clamd.vproxy.worker.session.Verdict;
import clamd.vproxy.worker.testing.Eventually;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which guest a connection is served as, and pauses, drains and stops of guests. */
@Timeout(60)
class DispatcherTest extends DispatcherFixture {
    @Test
    void aKnownCidIsServedWithoutALookUp() throws Exception {
        Dispatcher dispatcher = dispatcher(nobody());
        change(registry -> registry.upsert(A, 0));
        assertServed(dispatched(dispatcher, 3, "zPING\0"));
        assertThat(answeredPing().value("domain")).isEqualTo("a");
        assertThat(lookedUp).isEmpty();
    }

    @Test
    void anObserverHearsOfEachSessionEvenIfAnotherFails() throws Exception {
        Dispatcher dispatcher = dispatcher(nobody());
        change(registry -> registry.upsert(A, 0));
        assertServed(dispatched(dispatcher, 3, "zPING\0"));
        Eventually.holds("one heard of", () -> heard.guests.size() == 1);
        EndedSession session = heard.guests.getFirst();
        assertThat(session.guest().name()).isEqualTo("a");
        assertThat(session.result().verdict()).isEqualTo(Verdict.ANSWERED);
        assertRefusedAsUnknown(dispatched(dispatcher, 9, "zPING\0"));
        assertRefusedAsUnknown(dispatched(dispatcher, 9, "zPING\0"));
        Eventually.holds("both heard of", () -> heard.unknown.equals(List.of(9L, 9L)));
    }

    @Test
    void aGuestWithoutLibvirtIsListedByItsCidAndHasNoUuidOfItsOwn() throws Exception {
        Dispatcher dispatcher = dispatcher(new CidGuests(writer));
        assertServed(dispatched(dispatcher, 7, "zPING\0"));
        answeredPing();
        assertThat(dispatcher.guests())
                .singleElement()
                .satisfies(served -> {
                    assertThat(served.label()).isEqualTo("cid-7");
                    assertThat(served.identity().uuid()).isEmpty();
                    assertThat(served.today().isNone()).isTrue();
                    assertThat(served.bytesLeft()).isEmpty();
                });
    }

    @Test
    void theNewOwnerOfACidIsNotServedAsItsOldOwner() throws Exception {
        Guest b = new TestGuest("b", 3).inRun(2);
        Dispatcher dispatcher = dispatcher(nobody());
        change(registry -> registry.upsert(A, 0));
        GuestClient old = dispatched(dispatcher, 3, "zINSTREAM\0").chunk(new byte[1]);
        try (StandInClamd.Connection connection = clamd.accept()) {
            assertThat(connection.reads(15)).hasSize(15);
            change(registry -> registry.upsert(b, 0));
            assertThat(connection.readsToTheEnd()).isEmpty();
        }
        old.leaves();
        Line line = sessions.find(each -> each.value("command").equals("INSTREAM"));
        assertThat(line.value("domain")).isEqualTo("a");
        assertThat(line.value("termination")).isEqualTo("guest-stopped");

        assertServed(dispatched(dispatcher, 3, "zPING\0"));
        assertThat(answeredPing().value("domain")).isEqualTo("b");
    }

    @Test
    void anAcceptedConnectionOfAGuestThatStoppedMeanwhileIsRefused() throws Exception {
        Dispatcher dispatcher = dispatcher(nobody());
        change(registry -> registry.upsert(A, 0));
        change(registry -> registry.remove(A.source(), A.uuid(), 0));
        Connections.Pair pair = connections.make();
        pair.guest().says("zPING\0");
        dispatcher.dispatch(A, pair.accepted());
        assertThat(pair.guest().hears()).isEqualTo("Guest stopped. ERROR\0");
        pair.guest().leaves();
    }

    @Test
    void aStopThatRacesWithConnectionsEndsThemAll() throws Exception {
        Dispatcher dispatcher = dispatcher(nobody());
        for (int run = 0; run < 300; run++) {
            Guest guest = new TestGuest("racing", 3).inRun(run);
            change(registry -> registry.upsert(guest, 0));
            Connections.Pair before = connections.make();
            Connections.Pair during = connections.make();
            before.guest().says("z").halfCloses();
            during.guest().says("z").halfCloses();
            dispatcher.dispatch(guest, before.accepted());
            CompletableFuture<Void> stop =
                    writer.submit(registry -> registry.remove(guest.source(), guest.uuid(), 0));
            dispatcher.dispatch(guest, during.accepted());
            stop.get(30, TimeUnit.SECONDS);
            awaitEnd(before.guest());
            awaitEnd(during.guest());
        }
        assertThat(sessions.lines().stream().map(line -> line.value("termination")).distinct())
                .doesNotContain("internal-error");
        Eventually.holds(
                "no thread of the guest is left",
                () ->
                        Thread.getAllStackTraces().keySet().stream()
                                .noneMatch(thread -> thread.getName().startsWith("racing#")));
    }

    private static void awaitEnd(GuestClient client) throws IOException {
        try {
            assertThat(client.hears()).matches("|(Command not complete|Guest stopped)\\. ERROR\0");
        } catch (SocketException _) {
            // a guest that is gone does not need a farewell
        }
        client.leaves();
    }

    @Test
    void afterADrainAllGuestsAreRefused() throws Exception {
        Dispatcher dispatcher = dispatcher(nobody());
        change(registry -> registry.upsert(A, 0));
        dispatcher.drain(Duration.ofSeconds(1));
        GuestClient client = dispatched(dispatcher, 3, "zPING\0");
        assertThat(client.hears()).isEqualTo("Service is stopping. ERROR\0");
        client.leaves();
    }

    @Test
    void withoutLibvirtEveryCidIsAGuest() throws Exception {
        Dispatcher dispatcher = dispatcher(new CidGuests(writer));
        assertServed(dispatched(dispatcher, 7, "zPING\0"));
        assertThat(answeredPing().value("domain")).isEqualTo("cid-7");
        assertServed(dispatched(dispatcher, 7, "zPING\0"));
        assertThat(lookedUp).containsExactly(7L);
        assertRefusedAsUnknown(dispatched(dispatcher, 2, "zPING\0"));
        assertRefusedAsUnknown(dispatched(dispatcher, 0xFFFF_FFFFL, "zPING\0"));
    }

    @Test
    void whatAnAdministratorWantsEndsWithTheRunOfTheGuest() throws Exception {
        Dispatcher dispatcher = dispatcher(nobody());
        change(registry -> registry.upsert(A, 0));
        dispatcher.admit(A, Admission.DRAINING);
        assertThat(dispatcher.running(A).admission()).isEqualTo(Admission.DRAINING);
        Guest next = new TestGuest("a", 3).inRun(2);
        change(registry -> registry.upsert(next, 1));
        assertThat(dispatcher.running(next).admission()).isEqualTo(Admission.OPEN);
        assertServed(dispatched(dispatcher, 3, "zPING\0"));

        // nor does it hold for a run that is over when it is said
        dispatcher.admit(A, Admission.DRAINING);
        change(registry -> registry.upsert(A, 2));
        assertThat(dispatcher.running(A).admission()).isEqualTo(Admission.OPEN);
    }

    @Test
    void aGuestThatStartsDuringADrainOfAllIsDrainedUntilAllAreResumed() throws Exception {
        Dispatcher dispatcher = dispatcher(nobody());
        dispatcher.admitAll(Admission.DRAINING);
        change(registry -> registry.upsert(A, 0));
        GuestClient refused = dispatched(dispatcher, 3, "zPING\0");
        assertThat(refused.hears()).isEqualTo("Service closed for maintenance. ERROR\0");
        refused.leaves();
        dispatcher.admitAll(Admission.OPEN);
        assertServed(dispatched(dispatcher, 3, "zPING\0"));
    }

    /** In whatever order they arrive, the running guest ends as its last change says. */
    @Test
    void concurrentPausesReloadsAndRestartsLeaveAGuestInItsLastState() throws Exception {
        Dispatcher dispatcher = dispatcher(nobody());
        change(registry -> registry.upsert(A, 0));
        PolicySet policies = PolicySet.withoutFile(Limits.standard());
        List<Thread> threads = new ArrayList<>();
        threads.add(
                Thread.ofPlatform()
                        .start(() -> {
                            for (int i = 0; i < 300; i++) {
                                Admission[] all = Admission.values();
                                dispatcher.admit(
                                        new TestGuest("a", 3).inRun(1 + i % 5),
                                        all[i % all.length]);
                                dispatcher.admitAll(all[i / 7 % all.length]);
                            }
                            dispatcher.admitAll(Admission.OPEN);
                        }));
        threads.add(
                Thread.ofPlatform()
                        .start(() -> {
                            for (int i = 0; i < 300; i++) {
                                dispatcher.replacePolicies(policies);
                            }
                        }));
        for (int i = 1; i <= 100; i++) {
            Guest run = new TestGuest("a", 3).inRun(1 + i % 5);
            long asOf = i;
            change(registry -> registry.upsert(run, asOf));
            Connections.Pair pair = connections.make();
            dispatcher.dispatch(3, pair.accepted());
            pair.guest().leaves();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        Guest last = new TestGuest("a", 3).inRun(1);
        dispatcher.admit(last, Admission.DRAINING);
        GuestClient refused = dispatched(dispatcher, 3, "zPING\0");
        assertThat(refused.hears()).isEqualTo("Service closed for maintenance. ERROR\0");
        refused.leaves();
        dispatcher.admit(last, Admission.OPEN);
        assertServed(dispatched(dispatcher, 3, "zPING\0"));
        Guest fresh = new TestGuest("a", 3).inRun(7);
        change(registry -> registry.upsert(fresh, 1000));
        assertThat(dispatcher.running(fresh).admission()).isEqualTo(Admission.OPEN);
    }
}
