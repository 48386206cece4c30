package clamd.vproxy.supervisor.guests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import clamd.vproxy.supervisor.guests.RecordedNews.News.Changed;
import clamd.vproxy.supervisor.guests.RecordedNews.News.Started;
import clamd.vproxy.supervisor.guests.RecordedNews.News.Stopped;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuestRegistryTest {
    private static final String HERE = "qemu:///system";
    private static final String THERE = "lxc:///";

    private final RecordedNews news = new RecordedNews();
    private final GuestRegistry registry = new GuestRegistry(news);

    private static Guest guest(int number, int domainId, long cid) {
        return guest(HERE, number, domainId, OptionalLong.of(cid));
    }

    private static Guest guest(String source, int number, int domainId, OptionalLong cid) {
        return new Guest(source, new UUID(0, number), "v" + number, domainId, cid, Set.of());
    }

    @Test
    void aGuestIsFoundByUuidAndCidUntilItStops() {
        Guest v1 = guest(1, 7, 3);
        registry.upsert(v1);
        assertThat(registry.byCid(3)).contains(v1);
        assertThat(registry.byUuid(v1.uuid())).contains(v1);
        assertThat(registry.guests()).containsExactly(v1);
        registry.remove(v1.uuid(), 7);
        assertThat(registry.byCid(3)).isEmpty();
        assertThat(registry.byUuid(v1.uuid())).isEmpty();
        assertThat(registry.guests()).isEmpty();
        assertThat(news.drain()).containsExactly(new Started(v1), new Stopped(v1));
    }

    @Test
    void nothingIsToldWhenNothingChanged() {
        Guest v1 = guest(1, 7, 3);
        registry.upsert(v1);
        assertThat(news.drain()).hasSize(1);
        registry.upsert(guest(1, 7, 3));
        registry.replaceAll(HERE, List.of(guest(1, 7, 3)));
        registry.remove(v1.uuid(), 8);
        registry.remove(new UUID(0, 9), 7);
        registry.replaceAll(THERE, List.of());
        assertThat(news.drain()).isEmpty();
    }

    @Test
    void aNewRunOfADomainEndsTheOldOneFirst() {
        Guest before = guest(1, 7, 3);
        Guest after = guest(1, 8, 3);
        registry.upsert(before);
        registry.upsert(after);
        assertThat(news.drain())
                .containsExactly(new Started(before), new Stopped(before), new Started(after));
        assertThat(registry.byCid(3)).contains(after);
    }

    @Test
    void theLateEndOfARunLeavesTheNextRunAlone() {
        Guest after = guest(1, 8, 3);
        registry.upsert(guest(1, 7, 3));
        registry.upsert(after);
        registry.remove(after.uuid(), 7);
        assertThat(registry.byCid(3)).contains(after);
    }

    @Test
    void theNewOwnerOfACidIsToldAfterTheOldOneLostIt() {
        Guest old = guest(1, 7, 3);
        Guest next = guest(2, 8, 3);
        registry.upsert(old);
        registry.upsert(next);
        assertThat(news.drain())
                .containsExactly(
                        new Started(old), new Changed(old, old.withoutCid()), new Started(next));
        assertThat(registry.byUuid(old.uuid())).contains(old.withoutCid());
    }

    @Test
    void theLateEndOfTheOldOwnerLeavesTheCidWithTheNewOne() {
        Guest old = guest(1, 7, 3);
        Guest next = guest(2, 8, 3);
        registry.upsert(old);
        registry.upsert(next);
        registry.remove(old.uuid(), 7);
        assertThat(registry.byCid(3)).contains(next);
        assertThat(news.drain()).endsWith(new Stopped(old.withoutCid()));
    }

    @Test
    void anotherCidOfARunningGuestIsAChange() {
        Guest before = guest(1, 7, 5);
        Guest after = guest(1, 7, 6);
        registry.upsert(before);
        registry.upsert(after);
        assertThat(news.drain()).containsExactly(new Started(before), new Changed(before, after));
        assertThat(registry.byCid(5)).isEmpty();
        assertThat(registry.byCid(6)).contains(after);
    }

    @Test
    void anUnpluggedDeviceFreesTheCid() {
        registry.upsert(guest(1, 7, 5));
        Guest without = guest(HERE, 1, 7, OptionalLong.empty());
        registry.upsert(without);
        assertThat(registry.byCid(5)).isEmpty();
        assertThat(registry.byUuid(without.uuid())).contains(without);
    }

    @Test
    void twoGuestsMaySwapTheirCidsInOneList() {
        registry.replaceAll(HERE, List.of(guest(1, 7, 3), guest(2, 8, 4)));
        assertThat(news.drain()).hasSize(2);
        Guest v1 = guest(1, 7, 4);
        Guest v2 = guest(2, 8, 3);
        registry.replaceAll(HERE, List.of(v1, v2));
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
        registry.replaceAll(HERE, List.of(gone, stays));
        assertThat(news.drain()).hasSize(2);
        Guest fresh = guest(3, 9, 3);
        registry.replaceAll(HERE, List.of(fresh, stays));
        assertThat(news.drain()).containsExactly(new Stopped(gone), new Started(fresh));
    }

    @Test
    void ofTwoInOneListTheOneReadLaterOwnsTheCid() {
        Guest later = guest(2, 8, 3);
        registry.replaceAll(HERE, List.of(guest(1, 7, 3), later));
        assertThat(registry.byCid(3)).contains(later);
        assertThat(registry.byUuid(new UUID(0, 1))).contains(guest(1, 7, 3).withoutCid());
    }

    @Test
    void aListOfOneSourceLeavesTheOthersAlone() {
        Guest there = guest(THERE, 1, 7, OptionalLong.of(3));
        registry.upsert(there);
        registry.replaceAll(HERE, List.of());
        assertThat(registry.guests()).containsExactly(there);
        assertThatThrownBy(() -> registry.replaceAll(HERE, List.of(there)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aUuidThatRunsAtTwoSourcesStaysWithTheFirst() {
        Guest here = guest(1, 7, 3);
        Guest there = guest(THERE, 1, 4, OptionalLong.of(9));
        registry.upsert(here);
        registry.replaceAll(THERE, List.of(there));
        assertThat(registry.guests()).containsExactly(here);
        assertThat(registry.byCid(9)).isEmpty();
        registry.remove(here.uuid(), 7);
        registry.replaceAll(THERE, List.of(there));
        assertThat(registry.byCid(9)).contains(there);
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
        unlucky.upsert(guest(1, 7, 3));
        unlucky.remove(new UUID(0, 1), 7);
        assertThat(news.drain()).containsExactly(new Stopped(guest(1, 7, 3)));
    }

    @Test
    void aListenerSeesTheStateItIsToldOf() {
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
        self[0].upsert(guest(1, 7, 3));
        assertThat(news.drain()).hasSize(1);
    }

    @Test
    void aSecondWriterIsFoundOut() {
        registry.upsert(guest(1, 7, 3));
        CompletableFuture<Void> other =
                CompletableFuture.runAsync(() -> registry.upsert(guest(2, 8, 4)));
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
