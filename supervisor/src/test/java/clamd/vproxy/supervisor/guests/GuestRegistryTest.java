package clamd.vproxy.supervisor.guests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import clamd.vproxy.supervisor.guests.GuestRegistry.Reading;
import clamd.vproxy.supervisor.guests.RecordedNews.News.Changed;
import clamd.vproxy.supervisor.guests.RecordedNews.News.Started;
import clamd.vproxy.supervisor.guests.RecordedNews.News.Stopped;
import clamd.vproxy.supervisor.testing.LogTap;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuestRegistryTest {
    private static final String HERE = "qemu:///system";
    private static final String THERE = "lxc:///";
    private static final long RELIST = 15_000_000_000L;

    private final RecordedNews news = new RecordedNews();
    private final GuestRegistry registry = new GuestRegistry(news);

    private static Guest guest(int number, int domainId, long cid) {
        return guest(HERE, number, domainId, OptionalLong.of(cid));
    }

    private static Guest guest(String source, int number, int domainId, OptionalLong cid) {
        return new Guest(source, new UUID(0, number), "v" + number, domainId, cid, Set.of());
    }

    /** A list that began at this time and read each guest at once. */
    private void list(String source, long begun, Guest... guests) {
        registry.replaceAll(
                source,
                begun,
                Stream.of(guests).map(guest -> new Reading(guest, begun)).toList(),
                Set.of());
    }

    @Test
    void aGuestIsFoundByUuidAndCidUntilItStops() {
        Guest v1 = guest(1, 7, 3);
        registry.upsert(v1, 0);
        assertThat(registry.byCid(3)).contains(v1);
        assertThat(registry.byUuid(v1.uuid())).contains(v1);
        assertThat(registry.guests()).containsExactly(v1);
        registry.remove(HERE, v1.uuid(), 0);
        assertThat(registry.byCid(3)).isEmpty();
        assertThat(registry.byUuid(v1.uuid())).isEmpty();
        assertThat(registry.guests()).isEmpty();
        assertThat(news.drain()).containsExactly(new Started(v1), new Stopped(v1));
    }

    @Test
    void nothingIsReportedWhenNothingChanged() {
        Guest v1 = guest(1, 7, 3);
        registry.upsert(v1, 0);
        assertThat(news.drain()).hasSize(1);
        registry.upsert(guest(1, 7, 3), 0);
        list(HERE, 0, guest(1, 7, 3));
        registry.remove(THERE, v1.uuid(), 0);
        registry.remove(HERE, new UUID(0, 9), 0);
        list(THERE, 0);
        assertThat(news.drain()).isEmpty();
    }

    @Test
    void aNewRunOfADomainEndsTheOldOneFirst() {
        Guest before = guest(1, 7, 3);
        Guest after = guest(1, 8, 3);
        registry.upsert(before, 0);
        registry.upsert(after, 0);
        assertThat(news.drain())
                .containsExactly(new Started(before), new Stopped(before), new Started(after));
        assertThat(registry.byCid(3)).contains(after);
    }

    @Test
    void theLateEndOfARunLeavesTheNextRunAlone() {
        Guest after = guest(1, 8, 3);
        registry.upsert(guest(1, 7, 3), 10);
        registry.upsert(after, 30);
        registry.remove(HERE, after.uuid(), 20);
        assertThat(registry.byCid(3)).contains(after);
    }

    @Test
    void theNewOwnerOfACidIsReportedAfterTheOldOneLostIt() {
        Guest old = guest(1, 7, 3);
        Guest next = guest(2, 8, 3);
        registry.upsert(old, 0);
        registry.upsert(next, 0);
        assertThat(news.drain())
                .containsExactly(
                        new Started(old), new Changed(old, old.withoutCid()), new Started(next));
        assertThat(registry.byUuid(old.uuid())).contains(old.withoutCid());
    }

    @Test
    void aLateStopOfTheOldOwnerLeavesTheCidWithTheNewOne() {
        Guest old = guest(1, 7, 3);
        Guest next = guest(2, 8, 3);
        registry.upsert(old, 0);
        registry.upsert(next, 0);
        registry.remove(HERE, old.uuid(), 0);
        assertThat(registry.byCid(3)).contains(next);
        assertThat(news.drain()).endsWith(new Stopped(old.withoutCid()));
    }

    @Test
    void anotherCidOfARunningGuestIsAChange() {
        Guest before = guest(1, 7, 5);
        Guest after = guest(1, 7, 6);
        registry.upsert(before, 0);
        registry.upsert(after, 0);
        assertThat(news.drain()).containsExactly(new Started(before), new Changed(before, after));
        assertThat(registry.byCid(5)).isEmpty();
        assertThat(registry.byCid(6)).contains(after);
    }

    @Test
    void anUnpluggedDeviceFreesTheCid() {
        registry.upsert(guest(1, 7, 5), 0);
        Guest without = guest(HERE, 1, 7, OptionalLong.empty());
        registry.upsert(without, 0);
        assertThat(registry.byCid(5)).isEmpty();
        assertThat(registry.byUuid(without.uuid())).contains(without);
    }

    @Test
    void twoGuestsMaySwapTheirCidsInOneList() {
        list(HERE, 0, guest(1, 7, 3), guest(2, 8, 4));
        assertThat(news.drain()).hasSize(2);
        Guest v1 = guest(1, 7, 4);
        Guest v2 = guest(2, 8, 3);
        list(HERE, 0, v1, v2);
        assertThat(registry.byCid(3)).contains(v2);
        assertThat(registry.byCid(4)).contains(v1);
        assertThat(news.drain())
                .containsExactly(
                        new Changed(guest(2, 8, 4), v2.withoutCid()),
                        new Changed(guest(1, 7, 3), v1),
                        new Changed(v2.withoutCid(), v2));
    }

    @Test
    void aListEndsWhatItDoesNotNameBeforeItStartsWhatIsNew() {
        Guest gone = guest(1, 7, 3);
        Guest stays = guest(2, 8, 4);
        list(HERE, 0, gone, stays);
        assertThat(news.drain()).hasSize(2);
        Guest fresh = guest(3, 9, 3);
        list(HERE, 0, fresh, stays);
        assertThat(news.drain()).containsExactly(new Stopped(gone), new Started(fresh));
    }

    @Test
    void ofTwoInOneListTheOneReadLaterOwnsTheCid() {
        Guest later = guest(2, 8, 3);
        list(HERE, 0, guest(1, 7, 3), later);
        assertThat(registry.byCid(3)).contains(later);
        assertThat(registry.byUuid(new UUID(0, 1))).contains(guest(1, 7, 3).withoutCid());
    }

    @Test
    void onACidConflictBetweenTwoLibvirtsTheFirstGuestKeepsTheCidAndOneWarningNamesBoth() {
        Guest here = guest(1, 7, 3);
        Guest there = guest(THERE, 2, 8, OptionalLong.of(3));
        try (LogTap log = LogTap.on(GuestRegistry.class.getName(), Level.WARN)) {
            for (int round = 0; round < 5; round++) {
                list(HERE, 2L * round * RELIST, here);
                list(THERE, (2L * round + 1) * RELIST, there);
            }
            assertThat(news.drain())
                    .containsExactly(new Started(here), new Started(there.withoutCid()));
            assertThat(registry.byCid(3)).contains(here);
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .contains("CID 3", "\"v1\" at " + HERE + " and \"v2\" at " + THERE);
        }
        assertThat(registry.cidConflicts())
                .singleElement()
                .extracting(CidConflict::text)
                .isEqualTo("\"v1\" at " + HERE + " and \"v2\" at " + THERE);
        list(HERE, 20 * RELIST);
        assertThat(registry.byCid(3)).contains(there);
        assertThat(registry.cidConflicts()).isEmpty();
        assertThat(news.drain())
                .containsExactly(new Stopped(here), new Changed(there.withoutCid(), there));
    }

    @Test
    void aGuestThatLostItsCidAndIsReadWithItLaterOwnsItAgainForGood() {
        Guest first = guest(1, 7, 3);
        Guest second = guest(2, 8, 3);
        registry.upsert(first, 0);
        registry.upsert(second, 1);
        // libvirt may not have noticed yet that the first has ended
        list(HERE, RELIST / 10, first, second);
        assertThat(registry.byCid(3)).contains(second);
        assertThat(registry.cidConflicts()).isEmpty();
        assertThat(news.drain()).hasSize(3);
        for (int round = 1; round < 5; round++) {
            list(HERE, round * RELIST, first, second);
        }
        assertThat(registry.byCid(3)).contains(first);
        assertThat(registry.cidConflicts()).hasSize(1);
        assertThat(news.drain())
                .containsExactly(
                        new Changed(second, second.withoutCid()),
                        new Changed(first.withoutCid(), first));
    }

    @Test
    void whereCidsDoNotIdentifyGuestsAllKeepThem() {
        GuestRegistry hybrid = new GuestRegistry(news, false);
        Guest first = guest(1, 7, 3);
        Guest second = guest(2, 8, 3);
        Guest there = guest(THERE, 3, 9, OptionalLong.of(3));
        try (LogTap log = LogTap.on(GuestRegistry.class.getName(), Level.WARN)) {
            for (long time = 0; time < 5 * RELIST; time += RELIST) {
                hybrid.replaceAll(
                        HERE,
                        time,
                        List.of(new Reading(first, time), new Reading(second, time)),
                        Set.of());
            }
            assertThat(news.drain()).containsExactly(new Started(first), new Started(second));
            assertThat(log.lines()).isEmpty();
            hybrid.upsert(there, 0);
            hybrid.upsert(guest(THERE, 4, 10, OptionalLong.of(3)), 0);
            assertThat(hybrid.guests()).contains(first, second, there);
            assertThat(log.lines()).hasSize(1);
        }
    }

    @Test
    void aListOfOneSourceLeavesTheOthersAlone() {
        Guest there = guest(THERE, 1, 7, OptionalLong.of(3));
        registry.upsert(there, 0);
        list(HERE, 0);
        assertThat(registry.guests()).containsExactly(there);
        assertThatThrownBy(() -> list(HERE, 0, there)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aUuidThatRunsAtTwoSourcesStaysWithTheFirst() {
        Guest here = guest(1, 7, 3);
        Guest there = guest(THERE, 1, 4, OptionalLong.of(9));
        registry.upsert(here, 0);
        list(THERE, 0, there);
        assertThat(registry.guests()).containsExactly(here);
        assertThat(registry.byCid(9)).isEmpty();
        registry.remove(HERE, here.uuid(), 0);
        list(THERE, 0, there);
        assertThat(registry.byCid(9)).contains(there);
    }

    @Test
    void aListThatBeganBeforeAGuestStartedDoesNotEndIt() {
        Guest fresh = guest(1, 7, 3);
        registry.upsert(fresh, 20);
        list(HERE, 10);
        assertThat(registry.byCid(3)).contains(fresh);
        list(HERE, 30);
        assertThat(registry.guests()).isEmpty();
    }

    @Test
    void aReadingFromBeforeTheEndDoesNotBringAGuestBack() {
        Guest gone = guest(1, 7, 3);
        registry.upsert(gone, 10);
        registry.remove(HERE, gone.uuid(), 30);
        registry.upsert(gone, 20);
        list(HERE, 20, gone);
        assertThat(registry.guests()).isEmpty();
        Guest again = guest(1, 8, 3);
        registry.upsert(again, 40);
        assertThat(registry.byCid(3)).contains(again);
    }

    @Test
    void aReadingFromBeforeAListDoesNotBringBackAGuestItDidNotName() {
        registry.upsert(guest(1, 7, 3), 10);
        list(HERE, 30);
        registry.upsert(guest(1, 7, 3), 20);
        assertThat(registry.guests()).isEmpty();
    }

    @Test
    void aReadingFromBeforeTheHandoverOfACidDoesNotTakeItBack() {
        Guest old = guest(1, 7, 3);
        Guest next = guest(2, 8, 3);
        registry.upsert(old, 10);
        registry.upsert(next, 30);
        list(HERE, 20, old);
        assertThat(registry.byCid(3)).contains(next);
        assertThat(registry.guests()).containsExactlyInAnyOrder(old.withoutCid(), next);
    }

    @Test
    void aGuestThatAListCouldNotReadStaysAndMayBeReportedLate() {
        Guest known = guest(1, 7, 3);
        Guest late = guest(2, 8, 4);
        registry.upsert(known, 10);
        registry.replaceAll(HERE, 30, List.of(), Set.of(known.uuid(), late.uuid()));
        registry.upsert(late, 20);
        assertThat(registry.guests()).containsExactlyInAnyOrder(known, late);
    }

    @Test
    void theClockMayPassItsHighestNumber() {
        Guest later = guest(1, 8, 3);
        registry.upsert(guest(1, 7, 3), Long.MAX_VALUE - 1);
        registry.upsert(later, Long.MIN_VALUE + 1);
        registry.remove(HERE, later.uuid(), Long.MAX_VALUE);
        assertThat(registry.byCid(3)).contains(later);
    }

    @Test
    void aListenerThatFailsDoesNotStopTheRegistry() {
        GuestRegistry unlucky =
                new GuestRegistry(
                        new GuestListener() {
                            @Override
                            public void started(Guest guest) {
                                throw new IllegalStateException("on purpose");
                            }

                            @Override
                            public void changed(Guest before, Guest after) {
                                news.changed(before, after);
                            }

                            @Override
                            public void stopped(Guest guest) {
                                news.stopped(guest);
                            }
                        });
        unlucky.upsert(guest(1, 7, 3), 0);
        unlucky.remove(HERE, new UUID(0, 1), 0);
        assertThat(news.drain()).containsExactly(new Stopped(guest(1, 7, 3)));
    }

    @Test
    void aListenerSeesTheStateThatItHearsOf() {
        GuestRegistry[] self = new GuestRegistry[1];
        self[0] =
                new GuestRegistry(
                        new GuestListener() {
                            @Override
                            public void started(Guest guest) {
                                assertThat(self[0].guests()).contains(guest);
                                news.started(guest);
                            }

                            @Override
                            public void changed(Guest before, Guest after) {}

                            @Override
                            public void stopped(Guest guest) {}
                        });
        self[0].upsert(guest(1, 7, 3), 0);
        assertThat(news.drain()).hasSize(1);
    }

    @Test
    void aSecondWriterIsFoundOut() {
        registry.upsert(guest(1, 7, 3), 0);
        CompletableFuture<Void> other =
                CompletableFuture.runAsync(() -> registry.upsert(guest(2, 8, 4), 0));
        assertThatThrownBy(other::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(AssertionError.class);
        assertThat(registry.guests()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1, 2, 4294967295L, 4294967296L})
    void aCidThatNoGuestCanHaveIsRefused(long cid) {
        assertThatThrownBy(() -> guest(1, 7, cid)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aNegativeDomainIdIsRefused() {
        assertThatThrownBy(() -> guest(1, -1, 3)).isInstanceOf(IllegalArgumentException.class);
    }
}
